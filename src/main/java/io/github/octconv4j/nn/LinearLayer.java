package io.github.octconv4j.nn;

import io.github.octconv4j.nn.Parameter.Kind;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.OctaveOperand;
import java.util.List;

/**
 * A fully connected layer on (n, c, 1, 1): {@code y = activation(x * weights^T + bias)}, (n, out,
 * 1, 1). Of an input in two parts the high channels come first.
 *
 * @param name prefix of the tensors' names
 * @param in channels of the input
 * @param out channels of the output
 * @param activation applied last
 */
record LinearLayer(String name, ChannelSplit in, int out, Activation activation) implements Layer {
  private Parameter weight() {
    return Parameter.of(name + ".weight", Kind.WEIGHT, out, in.total());
  }

  private Parameter bias() {
    return Parameter.of(name + ".bias", Kind.BIAS, out);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weight(), bias());
  }

  @Override
  public long multiplyAdds() {
    return (long) in.total() * out;
  }

  @Override
  public List<OctaveOperand> addTo(PlanBuilder plan, Node node) {
    OctaveOperand x = plan.value(node.input());
    OctaveOperand y = plan.memory(node.output());
    new Linear(
            plan,
            List.of(node.name()),
            node.name(),
            plan.values(weight()),
            plan.values(bias()),
            in,
            out)
        .add(x, y.requireHigh(), activation);
    return List.of(y);
  }
}
