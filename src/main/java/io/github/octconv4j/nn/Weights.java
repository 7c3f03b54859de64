package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.NonFinite;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.text.Printable;
import java.lang.ref.SoftReference;
import java.util.IdentityHashMap;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is read and folded for the plans that are being built; forgotten afterwards, or before where
 * the heap is short: then the next plan reads it once more.
 */
final class Weights {
  private final String source;
  private final Parameters parameters;
  private final IdentityHashMap<ConvolutionLayer, SoftReference<OctaveWeights>> folded =
      new IdentityHashMap<>();
  private final boolean kept;

  /**
   * Weights of a network.
   *
   * @param source what messages begin with: the file and a colon, or nothing
   * @param kept whether several plans will be built, so that it pays to remember them
   */
  Weights(String source, Parameters parameters, boolean kept) {
    this.source = source;
    this.parameters = parameters;
    this.kept = kept;
  }

  OctaveWeights of(ConvolutionLayer layer) {
    SoftReference<OctaveWeights> known = folded.get(layer);
    OctaveWeights weights = known == null ? null : known.get();
    if (weights == null) {
      weights = fold(layer);
      if (kept) {
        folded.put(layer, new SoftReference<>(weights));
      }
    }
    return weights;
  }

  private OctaveWeights fold(ConvolutionLayer layer) {
    try {
      return layer.weights(this);
    } catch (TensorException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new TensorException(source + e.getMessage(), e);
    }
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
    NonFinite.firstIn(values)
        .ifPresent(
            found -> {
              throw new TensorException(
                  String.format(
                      Locale.ROOT,
                      "%stensor %s must be finite, was %s",
                      source,
                      parameter.name(),
                      found),
                  null);
            });
    return values;
  }

  /** A tensor is of no use; the message says which, and where it is from. */
  private static final class TensorException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    TensorException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
