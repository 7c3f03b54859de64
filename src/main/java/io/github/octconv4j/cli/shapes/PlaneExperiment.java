package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** A computation that treats each channel of each image alike and apart. */
abstract sealed class PlaneExperiment implements Experiment
    permits PoolingExperiment, ResamplingExperiment {
  private final Problem problem;
  private final Types types;

  PlaneExperiment(Problem problem, Types types) {
    this.problem = problem;
    this.types = types;
  }

  final Problem problem() {
    return problem;
  }

  final Types types() {
    return types;
  }

  /** Computes the destination (d, h, w) of one channel of one image. */
  abstract void plane(float[] src, float[] dst);

  @Override
  public final Map<Arg, long[]> inputs() {
    return Map.of(Arg.SRC, problem.srcDims());
  }

  @Override
  public final long[] output() {
    return problem.dstDims();
  }

  @Override
  public final List<DataType> outputTypes() {
    return types.outputs();
  }

  @Override
  public final void compute(Map<Arg, Tensor> inputs, Tensor result) {
    MemorySegment src = inputs.get(Arg.SRC).segment();
    MemorySegment dst = result.segment();
    int in = size(problem.srcDims());
    int out = size(problem.dstDims());
    LongStream.range(0, problem.batch() * problem.inputChannels())
        .parallel()
        .forEach(
            nc -> {
              float[] from = new float[in];
              float[] to = new float[out];
              MemorySegment.copy(src, ValueLayout.JAVA_FLOAT, nc * in * 4, from, 0, in);
              plane(from, to);
              MemorySegment.copy(to, 0, dst, ValueLayout.JAVA_FLOAT, nc * out * 4, out);
            });
  }

  /** A pair of planes for each processor. */
  @Override
  public final long bytesOfLoop() {
    return 4L
        * Runtime.getRuntime().availableProcessors()
        * (size(problem.srcDims()) + (long) size(problem.dstDims()));
  }

  private static int size(long[] dims) {
    return Math.toIntExact(LongStream.of(dims).skip(2).reduce(1, Math::multiplyExact));
  }
}
