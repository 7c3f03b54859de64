package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Pooling;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.octave.OctaveOperand;
import io.github.octconv4j.octave.RowWindows;
import java.util.List;
import java.util.Map;
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
      new RowWindows(plan.octave())
          .add(
              window,
              x,
              y,
              (part, from, to) ->
                  plan.octave()
                      .add(
                          name,
                          new Pooling(algorithm, from.desc(), to.desc(), part),
                          PostOps.NONE,
                          Map.of(Arg.SRC, from, Arg.DST, to)));
    }
  }
}
