package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.octave.OctaveOperand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Largest or mean value of each window, on both parts alike.
 *
 * @param algorithm one of {@code POOLING_*}
 * @param window on each part
 */
record PoolLayer(Algorithm algorithm, Window window) implements Layer {
  @Override
  public List<OctaveOperand> addTo(PlanBuilder plan, Node node) {
    OctaveOperand x = plan.value(node.input());
    OctaveOperand y = plan.memory(node.output());
    add(plan, node.name(), x.high(), y.high());
    add(plan, node.name(), x.low(), y.low());
    return List.of(y);
  }

  private void add(PlanBuilder plan, String name, @Nullable Operand x, @Nullable Operand y) {
    if (x != null && y != null) {
      plan.octave().pool(name, algorithm, window, x, y);
    }
  }
}
