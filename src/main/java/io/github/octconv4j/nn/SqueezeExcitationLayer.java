package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Binary;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.nn.Parameter.Kind;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveOperand;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Squeeze-and-excitation: {@code y = x * sigmoid(W_2 relu(W_1 mean(x) + b_1) + b_2)}, channel by
 * channel. The means of both parts, the high ones first, go through one excitation. Source: Hu et
 * al., "Squeeze-and-Excitation Networks", CVPR 2018.
 *
 * @param name prefix of the tensors' names
 * @param channels of the input
 * @param squeezed channels between the two linear layers
 */
record SqueezeExcitationLayer(String name, ChannelSplit channels, int squeezed)
    implements Layer.Adding {
  private Parameter parameter(String what, Kind kind, long... shape) {
    return Parameter.of(name + "." + what, kind, shape);
  }

  private Parameter weight1() {
    return parameter("fc1.weight", Kind.WEIGHT, squeezed, channels.total(), 1, 1);
  }

  private Parameter bias1() {
    return parameter("fc1.bias", Kind.BIAS, squeezed);
  }

  private Parameter weight2() {
    return parameter("fc2.weight", Kind.WEIGHT, channels.total(), squeezed, 1, 1);
  }

  private Parameter bias2() {
    return parameter("fc2.bias", Kind.BIAS, channels.total());
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weight1(), bias1(), weight2(), bias2());
  }

  @Override
  public long multiplyAdds() {
    return 2L * squeezed * channels.total();
  }

  @Override
  public boolean isLinear() {
    return true;
  }

  @Override
  public List<OctaveOperand> addTo(PlanBuilder plan, Node node) {
    OctaveOperand y = plan.memory(node.output());
    add(plan, node, y, PostOps.NONE);
    return List.of(y);
  }

  @Override
  public void addInto(PlanBuilder plan, Node node, List<OctaveOperand> y, Activation activation) {
    add(plan, node, y.getFirst(), activation.after(PostOps.NONE.sum()));
  }

  private void add(PlanBuilder plan, Node node, OctaveOperand y, PostOps postOps) {
    OctaveOperand x = plan.value(node.input());
    OctaveOperand mean = plan.memory(node.name() + ".mean", channels, 1);
    plan.mean(node.name() + ".mean", x.high(), mean.high());
    plan.mean(node.name() + ".mean", x.low(), mean.low());
    OctaveOperand inner = plan.memory(node.name() + ".inner", new ChannelSplit(squeezed, 0), 1);
    new Linear(
            plan,
            List.of(node.name(), "fc1"),
            node.name() + ".fc1",
            plan.values(weight1()),
            plan.values(bias1()),
            channels,
            squeezed)
        .add(mean, inner.requireHigh(), Activation.RELU);
    OctaveOperand scale = plan.memory(node.name() + ".scale", channels, 1);
    float[] weight = plan.values(weight2());
    float[] bias = plan.values(bias2());
    scale(
        plan,
        List.of(node.name(), "fc2", Frequency.HIGH),
        node.name() + ".h",
        weight,
        bias,
        0,
        inner,
        x.high(),
        scale.high(),
        y.high(),
        postOps);
    scale(
        plan,
        List.of(node.name(), "fc2", Frequency.LOW),
        node.name() + ".l",
        weight,
        bias,
        channels.high(),
        inner,
        x.low(),
        scale.low(),
        y.low(),
        postOps);
  }

  private void scale(
      PlanBuilder plan,
      List<?> key,
      String part,
      float[] weight,
      float[] bias,
      int first,
      OctaveOperand inner,
      @Nullable Operand x,
      @Nullable Operand scale,
      @Nullable Operand y,
      PostOps postOps) {
    if (x == null || scale == null || y == null) {
      return;
    }
    int count = Math.toIntExact(x.desc().dim(1));
    new Linear(
            plan,
            key,
            part + ".fc2",
            Arrays.copyOfRange(weight, first * squeezed, (first + count) * squeezed),
            Arrays.copyOfRange(bias, first, first + count),
            inner.channels(),
            count)
        .add(inner, scale, Activation.SIGMOID);
    plan.octave()
        .add(
            part,
            new Binary(Algorithm.BINARY_MUL, x.desc(), scale.desc(), y.desc()),
            postOps,
            Map.of(Arg.SRC, x, Arg.SRC_1, scale, Arg.DST, y));
  }
}
