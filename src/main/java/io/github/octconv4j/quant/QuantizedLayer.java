package io.github.octconv4j.quant;

import java.util.Locale;
import java.util.Objects;

/**
 * What became of a convolution or product.
 *
 * @param name of its node
 * @param operator for instance {@code Conv}
 * @param loss of the network's outputs where this layer alone is quantised: 1 less the cosine to
 *     those in floats, the mean of all samples
 * @param quantized whether it is computed in whole numbers
 * @since 0.1.0
 */
public record QuantizedLayer(String name, String operator, double loss, boolean quantized) {
  /** Checks the parameters. */
  public QuantizedLayer {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(operator, "operator");
  }

  /** Returns for instance {@code conv1 (Conv): loss 1.2e-05}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s (%s): loss %.1e%s",
        name,
        operator,
        loss,
        quantized ? "" : ", stays in floats");
  }
}
