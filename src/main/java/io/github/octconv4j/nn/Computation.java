package io.github.octconv4j.nn;

import io.github.octconv4j.octave.PlanOptions;

/** What a {@link Network} computes, and how plans for it are built. Owns weights and engine. */
sealed interface Computation extends AutoCloseable permits LayerComputation, GraphComputation {
  /** What messages call it. */
  String name();

  /** Throws unless plans can be built with these options. */
  void requireSupported(PlanOptions options);

  /**
   * Builds a plan for images.
   *
   * @param batch images in each run
   * @param traced whether it keeps what is computed on the way
   */
  NetworkPlan plan(int batch, PlanOptions options, boolean traced);

  /** Whether what it gives are probabilities, made by a softmax. */
  boolean endsInSoftmax();

  /** The bytes of the weights as the plans have them. */
  long weightBytes();

  /** Closes the file that weights are read from, if there is one. */
  void dropWeights();

  @Override
  void close();
}
