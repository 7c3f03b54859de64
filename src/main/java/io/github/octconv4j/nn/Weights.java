package io.github.octconv4j.nn;

import io.github.octconv4j.octave.OctaveWeights;
import java.util.HashMap;
import java.util.Map;

/** What is read and folded for the plans that are being built; forgotten afterwards. */
final class Weights {
  private final Parameters parameters;
  private final Map<ConvolutionLayer, OctaveWeights> folded = new HashMap<>();

  private final boolean kept;

  /**
   * Weights of a network.
   *
   * @param kept whether several plans will be built, so that it pays to remember them
   */
  Weights(Parameters parameters, boolean kept) {
    this.parameters = parameters;
    this.kept = kept;
  }

  OctaveWeights of(ConvolutionLayer layer) {
    return kept
        ? folded.computeIfAbsent(layer, key -> key.weights(parameters))
        : layer.weights(parameters);
  }

  float[] of(Parameter parameter) {
    return parameters.values(parameter);
  }
}
