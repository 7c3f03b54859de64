package io.github.octconv4j.nn;

import io.github.octconv4j.octave.OctaveWeights;
import java.util.IdentityHashMap;
import java.util.Locale;

/** What is read and folded for the plans that are being built; forgotten afterwards. */
final class Weights {
  private final Parameters parameters;
  private final IdentityHashMap<ConvolutionLayer, OctaveWeights> folded = new IdentityHashMap<>();

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
    return kept ? folded.computeIfAbsent(layer, key -> key.weights(this)) : layer.weights(this);
  }

  float[] of(Parameter parameter) {
    float[] values = parameters.values(parameter);
    if (values == null || values.length != parameter.count()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "parameters must give %d values for tensor %s %s, gave %s",
              parameter.count(),
              parameter.name(),
              parameter.shape(),
              values == null ? "null" : values.length));
    }
    return values;
  }
}
