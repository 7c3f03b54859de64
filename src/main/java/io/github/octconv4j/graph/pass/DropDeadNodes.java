package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Takes nodes away whose values nobody reads, and constants likewise. */
public final class DropDeadNodes implements UnaryOperator<Graph> {
  @Override
  public Graph apply(Graph graph) {
    Set<String> needed = new HashSet<>(graph.outputs());
    List<Node> alive = new ArrayList<>();
    for (Node node : graph.nodes().reversed()) {
      if (node.outputs().stream().anyMatch(needed::contains)) {
        alive.add(node);
        needed.addAll(node.inputs());
      }
    }
    Map<String, TensorData> constants = new LinkedHashMap<>(graph.constants());
    constants.keySet().retainAll(needed);
    return new Graph(graph.name(), graph.inputs(), constants, alive.reversed(), graph.outputs());
  }
}
