package io.github.octconv4j.nn;

import io.github.octconv4j.octave.PlanOptions;

/** What a {@link Network} computes, and how plans for it are built. */
sealed interface Computation permits LayerComputation, GraphComputation {
  /** What messages call it. */
  String name();

  /** Throws unless plans can be built with these options. */
  void requireSupported(PlanOptions options);

  /**
   * Builds a plan for images.
   *
   * @param batch images in each run
   * @param traces whether it keeps what is computed on the way
   */
  NetworkPlan plan(int batch, PlanOptions options, boolean traces);

  /** Whether what it gives are probabilities, made by a softmax. */
  boolean endsInSoftmax();

  /** Its engine and weights, which whoever has the computation closes. */
  Holdings holdings();
}
