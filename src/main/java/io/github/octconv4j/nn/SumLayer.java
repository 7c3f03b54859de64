package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Binary;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveOperand;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = activation(first + second)} on both parts. Where one comes from a convolution that
 * nobody else reads, that writes the sum itself.
 *
 * @param activation applied to the sum
 */
record SumLayer(Activation activation) implements Layer {
  @Override
  public List<OctaveOperand> addTo(PlanBuilder plan, Node node) {
    Node fused = plan.fused(node);
    if (fused != null) {
      boolean isFirst = fused.output() == node.input();
      FeatureMap other = isFirst ? node.inputs().getLast() : node.input();
      List<OctaveOperand> y = plan.copyUnlessLast(node, other);
      ((Adding) fused.layer()).addInto(plan, fused, y, activation);
      return y;
    }
    List<OctaveOperand> y = plan.copyUnlessLast(node, node.inputs().getLast());
    List<OctaveOperand> x = plan.parts(node.input());
    plan.eachShare(
        node.output(),
        part -> {
          add(plan, node.name(), x.get(part).high(), y.get(part).high());
          add(plan, node.name(), x.get(part).low(), y.get(part).low());
        });
    return y;
  }

  private void add(PlanBuilder plan, String name, @Nullable Operand x, @Nullable Operand y) {
    if (x != null && y != null) {
      plan.octave()
          .add(
              name,
              new Binary(Algorithm.BINARY_ADD, y.desc(), x.desc(), y.desc()),
              activation.after(PostOps.NONE),
              Map.of(Arg.SRC, y, Arg.SRC_1, x, Arg.DST, y));
    }
  }
}
