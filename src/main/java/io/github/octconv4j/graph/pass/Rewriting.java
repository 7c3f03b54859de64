package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A graph that is being changed: its nodes in their order, and its constants. */
final class Rewriting {
  final Graph graph;
  final Map<String, TensorData> constants;
  private final IdentityHashMap<Node, @Nullable Node> replaced = new IdentityHashMap<>();
  private final IdentityHashMap<Node, List<Node>> added = new IdentityHashMap<>();
  private final Map<String, String> renamed = new HashMap<>();
  private int count;

  Rewriting(Graph graph) {
    this.graph = graph;
    this.constants = new LinkedHashMap<>(graph.constants());
  }

  /** Takes a node away. */
  void remove(Node node) {
    replaced.put(node, null);
  }

  /** Puts another node in the place of one. */
  void replace(Node node, Node other) {
    replaced.put(node, other);
  }

  boolean isChanged(Node node) {
    return replaced.containsKey(node);
  }

  /** What stands in a node's place now. */
  Node current(Node node) {
    Node now = replaced.get(node);
    return now == null ? node : now;
  }

  /** Who reads a value reads another one instead. */
  void rename(String value, String other) {
    renamed.put(value, other);
  }

  /** The value that is read in the place of one. */
  String renamed(String value) {
    String now = value;
    while (renamed.containsKey(now)) {
      now = renamed.get(now);
    }
    return now;
  }

  /** Adds a node that is computed before one of the graph. */
  void addBefore(Node node, Node other) {
    added.computeIfAbsent(node, key -> new ArrayList<>()).add(other);
  }

  /** A name for a value that nobody has. */
  String value(String base) {
    String name;
    do {
      name = base + "~" + count++;
    } while (constants.containsKey(name) || graph.producer(name) != null);
    return name;
  }

  /** Adds a constant under a name that nobody has. */
  String constant(String base, TensorData data) {
    String name = value(base);
    constants.put(name, data);
    return name;
  }

  /** The graph as it is now. */
  Graph done() {
    if (replaced.isEmpty() && renamed.isEmpty() && added.isEmpty()) {
      return graph;
    }
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      nodes.addAll(added.getOrDefault(node, List.of()));
      Node now = replaced.containsKey(node) ? replaced.get(node) : node;
      if (now != null) {
        List<String> inputs = now.inputs().stream().map(this::renamed).toList();
        nodes.add(new Node(now.name(), now.op(), inputs, now.outputs()));
      }
    }
    return new Graph(graph.name(), graph.inputs(), constants, nodes, graph.outputs());
  }
}
