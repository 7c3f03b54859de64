package io.github.octconv4j.quant;

import io.github.octconv4j.nn.Network;
import io.github.octconv4j.text.Checks;
import java.util.List;
import java.util.Objects;

/**
 * A network whose convolutions and products are in whole numbers, and what that cost.
 *
 * @param network to be run and saved; it stands for itself, also when the one in floats is closed
 * @param layers all convolutions and products, in the order of the network
 * @param loss 1 less the cosine of its outputs to those in floats, the mean of all samples
 * @param sameClass the share of samples whose largest output is where it is in floats
 * @param lostAccuracy by how much fewer labelled samples are right than in floats, as a share of
 *     them; NaN where none had a label
 * @since 0.1.0
 */
public record QuantizedNetwork(
    Network network,
    List<QuantizedLayer> layers,
    double loss,
    double sameClass,
    double lostAccuracy)
    implements AutoCloseable {
  /** Copies the list. */
  public QuantizedNetwork {
    Objects.requireNonNull(network, "network");
    layers = Checks.list("layers", layers);
  }

  /** Closes the network. */
  @Override
  public void close() {
    network.close();
  }
}
