package io.github.octconv4j.bench.kernel;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.Pooling;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.Resampling;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.dnn.Window;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;

/** A primitive of oneDNN as a program of one step, NHWC, one thread. */
public final class NativeStep implements Kernel {
  private final Arena arena = Arena.ofShared();
  private final Engine engine = Engine.cpu();
  private final Program program;
  private final Execution execution;
  private final Tensor y;

  private NativeStep(Operation operation, MemoryDesc src, MemoryDesc dst, float[] values) {
    Tensor x = Tensor.allocate(src, arena);
    x.set(values);
    y = Tensor.allocate(dst, arena);
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      Operand from = builder.input("x", src);
      Operand to = builder.output("y", dst);
      builder.add(
          operation.kind(),
          builder.describe(operation, Attributes.NONE),
          Map.of(Arg.SRC, from, Arg.DST, to));
      program = builder.build();
      execution = program.newExecution();
      execution.bind(from, x);
      execution.bind(to, y);
    }
  }

  /** Makes an average of 2x2 pixels with a stride of 2. */
  public static NativeStep pooling(ImageData data) {
    MemoryDesc src = desc(data, data.h(), data.w());
    MemoryDesc dst = desc(data, data.h() / 2, data.w() / 2);
    Window window = Window.of(2, 2).strides(2, 2);
    return new NativeStep(
        new Pooling(Algorithm.POOLING_AVG_EXCLUDE_PADDING, src, dst, window),
        src,
        dst,
        data.values());
  }

  /** Makes a nearest upsampling by 2. */
  public static NativeStep resampling(ImageData data) {
    MemoryDesc src = desc(data, data.h(), data.w());
    MemoryDesc dst = desc(data, 2 * data.h(), 2 * data.w());
    return new NativeStep(
        new Resampling(Algorithm.RESAMPLING_NEAREST, src, dst), src, dst, data.values());
  }

  private static MemoryDesc desc(ImageData data, int h, int w) {
    return MemoryDesc.of(DataType.F32, FormatTag.NHWC, data.n(), data.c(), h, w);
  }

  @Override
  public void run() {
    execution.run();
  }

  @Override
  public List<float[]> outputs() {
    return List.of(y.floats());
  }

  @Override
  public void close() {
    execution.close();
    program.close();
    engine.close();
    arena.close();
  }
}
