package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveOperand;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An activation by itself, on both parts, of what no layer before could apply it to.
 *
 * @param activation not none
 */
record ActivationLayer(Activation activation) implements Layer {
  @Override
  public List<OctaveOperand> addTo(PlanBuilder plan, Node node) {
    List<OctaveOperand> all = plan.copyUnlessLast(node, node.input());
    for (OctaveOperand y : all) {
      add(plan, node.name(), y.high());
      add(plan, node.name(), y.low());
    }
    return all;
  }

  private void add(PlanBuilder plan, String name, @Nullable Operand y) {
    if (y != null) {
      plan.octave()
          .add(name, activation.on(y.desc()), PostOps.NONE, Map.of(Arg.SRC, y, Arg.DST, y));
    }
  }
}
