package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;

/** Lets oneDNN fail to make code, past what this library avoids, and then works on. */
final class PoisonedThread {
  private PoisonedThread() {}

  public static void main(String[] args) {
    try (Engine engine = Engine.cpu()) {
      System.out.println("failed: " + failToCompile(engine));
      MemoryDesc row = MemoryDesc.of(DataType.F32, FormatTag.AB, 1, 2);
      float[] relu =
          Run.run(
              engine,
              new Eltwise(Algorithm.ELTWISE_RELU, row, row, 0, 0),
              Map.of(Arg.SRC, new float[] {-1, 2}));
      System.out.println("relu " + relu[0] + " " + relu[1]);
      MemoryDesc column = MemoryDesc.strided(DataType.F32, new long[] {1, 2}, new long[] {6, 3});
      float[] sum =
          Run.run(
              engine,
              new Sum(List.of(row, column), row),
              Map.of(Arg.source(0), new float[] {1, 2}, Arg.source(1), new float[] {5, 7}));
      System.out.println("sum " + sum[0] + " " + sum[1]);
    }
  }

  private static int failToCompile(Engine engine) {
    MemoryDesc desc = MemoryDesc.of(DataType.U8, FormatTag.ABCD16B, 1, 20, 2, 1);
    try (CallArena arena = new CallArena()) {
      return engine.using(
          e -> {
            MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
            Softmax softmax = new Softmax(desc, desc, 1);
            Status.check(
                softmax.create(new Creation(arena, out, e, softmax, Attributes.NONE)),
                "describe a softmax");
            MemorySegment pd = out.get(ValueLayout.ADDRESS, 0);
            int status = dnnl_h.dnnl_primitive_create(out, pd);
            dnnl_h.dnnl_primitive_desc_destroy(pd);
            return status;
          });
    }
  }
}
