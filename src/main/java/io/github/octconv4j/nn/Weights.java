package io.github.octconv4j.nn;

import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.text.Printable;
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

  /** Reads a tensor, whose values must be finite: oneDNN's activations turn NaN into numbers. */
  float[] of(Parameter parameter) {
    float[] values = parameters.values(parameter);
    if (values == null || values.length != parameter.count()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "parameters must give %d values for tensor %s %s, gave %s",
              parameter.count(),
              Printable.text(parameter.name()),
              parameter.shape(),
              values == null ? "null" : values.length));
    }
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "tensor %s %s has the value %s at index %d, expected finite ones; the network was"
                    + " not trained to an end, or its file is damaged",
                Printable.text(parameter.name()),
                parameter.shape(),
                values[i],
                i));
      }
    }
    return values;
  }

  /** Reads the variances of a batch norm, each of which with epsilon added must be above 0. */
  float[] variances(Parameter parameter, double epsilon) {
    float[] values = of(parameter);
    for (int i = 0; i < values.length; i++) {
      if (!(values[i] + epsilon > 0)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "tensor %s %s has the variance %s at index %d, with epsilon %s expected above 0",
                Printable.text(parameter.name()),
                parameter.shape(),
                values[i],
                i,
                epsilon));
      }
    }
    return values;
  }
}
