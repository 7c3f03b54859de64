package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A convolution that only a sum reads is computed last of what is summed, so that it can add the
 * other value as it writes. Where both are such convolutions the order stays.
 */
public final class SinkSummands implements UnaryOperator<Graph> {
  @Override
  public Graph apply(Graph graph) {
    Map<Node, Node> before = new HashMap<>(); // what is computed right before a sum
    for (Node node : graph.nodes()) {
      Node early = early(graph, node);
      if (early != null) {
        before.put(node, early);
      }
    }
    if (before.isEmpty()) {
      return graph;
    }
    Set<Node> moved = new HashSet<>(before.values());
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (moved.contains(node)) {
        continue;
      }
      Node early = before.get(node);
      if (early != null) {
        nodes.add(early);
      }
      nodes.add(node);
    }
    return new Graph(graph.name(), graph.inputs(), graph.constants(), nodes, graph.outputs());
  }

  /** The convolution that a sum reads although something else behind it is no convolution. */
  private static @Nullable Node early(Graph graph, Node node) {
    boolean sum = Summation.ofTwo(node);
    Node first = sum ? convolution(graph, node.input(0)) : null;
    Node second = sum ? convolution(graph, node.input(1)) : null;
    return (first == null) == (second == null) ? null : first == null ? second : first;
  }

  private static @Nullable Node convolution(Graph graph, String value) {
    Node node = graph.producer(value);
    return node != null && node.op() instanceof Conv && graph.isPrivate(value) ? node : null;
  }
}
