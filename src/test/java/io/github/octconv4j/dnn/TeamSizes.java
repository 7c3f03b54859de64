package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/** A convolution in a program for four threads, as the environment lets OpenMP run it. */
public final class TeamSizes {
  private TeamSizes() {}

  /** Prints the number of threads and how many values differ from a loop's. */
  public static void main(String[] args) {
    Random random = new Random(1);
    float[] x = Loops.random(random, 16 * 14 * 14);
    float[] w = Loops.random(random, 32 * 16 * 9);
    MemoryDesc src = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 1, 16, 14, 14);
    MemoryDesc dst = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 1, 32, 14, 14);
    MemoryDesc any = MemoryDesc.of(DataType.F32, FormatTag.ANY, 32, 16, 3, 3);
    Window window = Window.of(3, 3).padding(1, 1);
    double[] expected =
        Loops.convolution(
            x,
            Loops.image(1, 16, 14, 14),
            w,
            1,
            new float[32],
            Loops.image(1, 32, 14, 14),
            Loops.Geometry.of(
                new long[] {3, 3}, new long[] {1, 1}, new long[] {0, 0}, new long[] {1, 1}));
    try (Engine engine = Engine.cpu();
        ProgramBuilder builder = new ProgramBuilder(engine, 4);
        Arena arena = Arena.ofConfined()) {
      PrimitiveDesc desc =
          builder.describe(new Convolution(src, any, dst, window), Attributes.NONE);
      Operand in = builder.input("x", src);
      Operand out = builder.output("y", dst);
      Operand weights =
          builder.constant("w", desc.desc(Arg.WEIGHTS), Tensor.of(arena, w, 32, 16, 3, 3));
      builder.add("c", desc, Map.of(Arg.SRC, in, Arg.WEIGHTS, weights, Arg.DST, out));
      try (Program program = builder.build();
          Execution execution = program.newExecution()) {
        Tensor y = Tensor.allocate(dst, arena);
        execution.bind(in, Tensor.of(arena, x, 1, 16, 14, 14));
        execution.bind(out, y);
        execution.run();
        float[] got = y.floats();
        int wrong = 0;
        for (int i = 0; i < got.length; i++) {
          wrong += Math.abs(got[i] - expected[i]) <= 1e-3 ? 0 : 1;
        }
        System.out.println(program.threads() + " threads, " + wrong + " wrong");
      }
    } catch (DnnException | IllegalStateException e) {
      System.out.println("refused: " + Arrays.asList(e.getMessage().split("\n")).getFirst());
    }
  }
}
