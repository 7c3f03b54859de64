package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Operand;

/**
 * Adds an octave convolution whose threads have blocks of output channels of a single image. They
 * meet after the pooling, which they share by input channels, and at the end.
 */
final class ChannelLanes {
  private final OctaveProgramBuilder builder;
  private final OctaveTask task;
  private final Formulation formulation;

  ChannelLanes(OctaveProgramBuilder builder, OctaveTask task, Formulation formulation) {
    this.builder = builder;
    this.task = task;
    this.formulation = formulation;
  }

  /** Whether each thread has a block of one output at least. */
  static boolean fits(OctaveConv2d spec, OctaveShape input, int threads) {
    int blocks = Math.ceilDiv(Math.max(spec.out().high(), spec.out().low()), Layout.blockSize());
    return input.batch() == 1 && blocks >= threads && spec.groups() == 1;
  }

  void add() {
    builder.pools().add(task.spec(), task.x(), this::poolChannels);
    int lanes = builder.threads();
    builder
        .program()
        .sideBySide(
            lanes, lane -> new WholeImages(builder, task.share(lane, lanes), formulation).add());
  }

  /** Pools all channels, shared among the threads. */
  private void poolChannels(Operand x, Operand y) {
    builder.share(
        Math.toIntExact(x.desc().dim(1)),
        Layout.blockSize(),
        share ->
            builder.pool(
                x.name() + ".pool",
                Images.channels(x, share.first(), share.count()),
                Images.channels(y, share.first(), share.count())));
  }
}
