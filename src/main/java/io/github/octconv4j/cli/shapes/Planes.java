package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;

/** Computations that treat each channel of each image alike and apart: pooling and resampling. */
final class Planes {
  private Planes() {}

  /** Calls with the source and the destination (d, h, w) of each channel of each image. */
  static void forEach(
      Problem problem, Tensor src, Tensor dst, BiConsumer<float[], float[]> computation) {
    int in = size(problem.srcDims());
    int out = size(problem.dstDims());
    LongStream.range(0, problem.batch() * problem.inputChannels())
        .parallel()
        .forEach(
            nc -> {
              float[] from = new float[in];
              float[] to = new float[out];
              MemorySegment.copy(src.segment(), ValueLayout.JAVA_FLOAT, nc * in * 4, from, 0, in);
              computation.accept(from, to);
              MemorySegment.copy(to, 0, dst.segment(), ValueLayout.JAVA_FLOAT, nc * out * 4, out);
            });
  }

  /** Memory that the planes take, one pair for each processor. */
  static long bytes(Problem problem) {
    return 4L
        * Runtime.getRuntime().availableProcessors()
        * (size(problem.srcDims()) + (long) size(problem.dstDims()));
  }

  private static int size(long[] dims) {
    return Math.toIntExact(LongStream.of(dims).skip(2).reduce(1, Math::multiplyExact));
  }
}
