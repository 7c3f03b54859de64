package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;

/**
 * Adds an octave convolution on two threads: one has the convolution from high to high, the other
 * everything at low resolution; then the upsampled part is added.
 */
final class Branches {
  private final OctaveProgramBuilder builder;
  private final OctaveTask task;
  private final Formulation formulation;

  Branches(OctaveProgramBuilder builder, OctaveTask task, Formulation formulation) {
    this.builder = builder;
    this.task = task;
    this.formulation = formulation;
  }

  /** Whether there are two branches with all four paths and a stride of 1. */
  static boolean fits(OctaveConv2d spec, OctaveSizes sizes, int threads) {
    return threads == 2
        && spec.stride() == 1
        && spec.paths().size() == 4
        && sizes.output().height() == 2 * sizes.output().lowHeight()
        && sizes.output().width() == 2 * sizes.output().lowWidth();
  }

  void add() {
    WholeImages steps = new WholeImages(builder, task, formulation);
    Operand[] small = new Operand[1];
    builder
        .program()
        .sideBySide(
            2,
            lane -> {
              if (lane == 0) {
                steps.addHighOwn(task.first());
              } else {
                small[0] = steps.addLowToHigh(null, Activation.NONE);
                steps.addLow();
              }
            });
    steps.upsample(small[0], task.yHigh(), PostOps.NONE.sum(), task.activation());
  }
}
