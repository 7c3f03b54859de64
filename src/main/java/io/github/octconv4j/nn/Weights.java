package io.github.octconv4j.nn;

import io.github.octconv4j.octave.OctaveWeights;
import java.util.IdentityHashMap;

/** What was read and folded for the plans that are being built; forgotten afterwards. */
final class Weights {
  private final Parameters parameters;
  private final IdentityHashMap<ConvolutionLayer, OctaveWeights> folded = new IdentityHashMap<>();

  Weights(Parameters parameters) {
    this.parameters = parameters;
  }

  OctaveWeights of(ConvolutionLayer layer) {
    return folded.computeIfAbsent(layer, key -> key.weights(parameters));
  }

  float[] of(Parameter parameter) {
    return parameters.values(parameter);
  }
}
