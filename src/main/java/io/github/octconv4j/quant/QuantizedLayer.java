package io.github.octconv4j.quant;

import java.util.Locale;
import java.util.Objects;

/**
 * What became of a convolution or product; an octave convolution is one.
 *
 * @param name of its node
 * @param operator for instance {@code Conv}
 * @param loss of the network's outputs where this layer alone is quantised: 1 less the cosine to
 *     those in floats, the mean of the samples that it was tried on; NaN where it was not
 * @param reason why it stays in floats; empty where it is computed in whole numbers
 * @since 0.1.0
 */
public record QuantizedLayer(String name, String operator, double loss, String reason) {
  /** Checks the parameters. */
  public QuantizedLayer {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(operator, "operator");
    Objects.requireNonNull(reason, "reason");
  }

  /** Returns whether it is computed in whole numbers. */
  public boolean quantized() {
    return reason.isEmpty();
  }

  /** Returns for instance {@code conv1 (Conv): loss 1.2e-05}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s (%s): %s%s",
        name,
        operator,
        Double.isNaN(loss) ? "not tried" : String.format(Locale.ROOT, "loss %.1e", loss),
        quantized() ? "" : ", stays in floats: " + reason);
  }
}
