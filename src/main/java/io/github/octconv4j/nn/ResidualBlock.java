package io.github.octconv4j.nn;

import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveOperand;
import io.github.octconv4j.octave.OctaveProgramBuilder;
import java.util.List;
import java.util.Objects;

/**
 * {@code y = activation(body(x) + shortcut(x))} on both frequencies. The sum rides along with the
 * body's last convolution, which writes into the shortcut's output.
 *
 * @param name prefix of the steps
 * @param body at least one convolution; the last one's own activation must be none
 * @param shortcut a convolution without activation, or null for the input itself
 * @param activation applied to the sum
 */
public record ResidualBlock(
    String name, List<ConvBnAct> body, ConvBnAct shortcut, Activation activation) implements Layer {
  /** Checks the body. */
  public ResidualBlock {
    Objects.requireNonNull(activation, "activation");
    Objects.requireNonNull(body, "body")
        .forEach(layer -> Objects.requireNonNull(layer, "layer of body"));
    body = List.copyOf(body);
    if (body.isEmpty() || body.getLast().activation() != Activation.NONE) {
      throw new IllegalArgumentException(
          "block %s needs a body whose last layer has no activation, was %s".formatted(name, body));
    }
  }

  @Override
  public OctaveOperand addTo(OctaveProgramBuilder program, OctaveOperand x) {
    Objects.requireNonNull(program, "program");
    Objects.requireNonNull(x, "x");
    OctaveOperand inner = x;
    for (ConvBnAct layer : body.subList(0, body.size() - 1)) {
      inner = layer.addTo(program, inner);
    }
    OctaveOperand y = shortcut == null ? x : shortcut.addTo(program, x);
    body.getLast().addInto(program, inner, y, activation);
    return y;
  }
}
