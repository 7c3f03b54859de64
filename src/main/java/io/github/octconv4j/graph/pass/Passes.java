package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Graph;
import java.util.List;
import java.util.function.UnaryOperator;

/** The chain in which graphs are prepared, for anybody who runs them. */
public final class Passes {
  private Passes() {}

  /** All of them, in their order; sizes of inputs are bound before. */
  public static Graph simplify(Graph graph) {
    return simplify(graph, new FoldBatchNorm());
  }

  /**
   * The same with a pass that is used for several graphs.
   *
   * @param folding gives weights that it has scaled before once more
   */
  public static Graph simplify(Graph graph, FoldBatchNorm folding) {
    return List.<UnaryOperator<Graph>>of(
            new FoldConstants(), new DropIdentities(), folding, new DropDeadNodes())
        .stream()
        .reduce(graph, (g, pass) -> pass.apply(g), (a, b) -> b);
  }
}
