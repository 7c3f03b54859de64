package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Graph;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Values leave that did not: whoever wants to see them gets them, and no later pass takes them away
 * or adds something to them.
 */
public final class Observe implements UnaryOperator<Graph> {
  private final List<String> values;

  /**
   * The pass.
   *
   * @param values names of values of the graph
   */
  public Observe(Collection<String> values) {
    this.values = List.copyOf(values);
  }

  @Override
  public Graph apply(Graph graph) {
    Set<String> outputs = new LinkedHashSet<>(graph.outputs());
    outputs.addAll(values);
    return new Graph(
        graph.name(), graph.inputs(), graph.constants(), graph.nodes(), new ArrayList<>(outputs));
  }
}
