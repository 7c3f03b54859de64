package io.github.octconv4j.compile;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A graph cut in two: what has sizes that are known before a run, and behind it whatever depends on
 * values whose sizes the run tells, such as the boxes that a suppression leaves.
 *
 * @param head what a program can compute; its outputs are those of the graph that it has, and what
 *     the tail reads
 * @param tail the rest, null where there is none; its outputs are the graph's
 */
record Halves(Graph head, @Nullable Graph tail) {
  static Halves of(Graph graph) {
    List<Node> first = new ArrayList<>();
    List<Node> rest = new ArrayList<>();
    Set<String> late = new HashSet<>();
    for (Node node : graph.nodes()) {
      boolean known =
          node.inputs().stream().noneMatch(late::contains)
              && node.outputs().stream()
                  .allMatch(output -> output.isEmpty() || graph.type(output).isKnown());
      (known ? first : rest).add(node);
      if (!known) {
        late.addAll(node.outputs());
        late.remove("");
      }
    }
    if (rest.isEmpty()) {
      return new Halves(graph, null);
    }
    Set<String> between = new LinkedHashSet<>();
    for (Node node : rest) {
      for (String input : node.inputs()) {
        if (!input.isEmpty() && !late.contains(input) && graph.constant(input) == null) {
          between.add(input);
        }
      }
    }
    for (String output : graph.outputs()) {
      if (!late.contains(output) && graph.constant(output) == null) {
        between.add(output);
      }
    }
    List<String> ends = List.copyOf(between);
    Graph head = new Graph(graph.name(), graph.inputs(), graph.constants(), first, ends);
    List<Value> inputs = ends.stream().map(value -> new Value(value, graph.type(value))).toList();
    return new Halves(
        head, new Graph(graph.name(), inputs, constants(graph, rest), rest, graph.outputs()));
  }

  /** The constants that nodes read or that leave. */
  private static Map<String, TensorData> constants(Graph graph, List<Node> nodes) {
    Set<String> wanted = new HashSet<>(graph.outputs());
    nodes.forEach(node -> wanted.addAll(node.inputs()));
    Map<String, TensorData> constants = new LinkedHashMap<>(graph.constants());
    constants.keySet().retainAll(wanted);
    return constants;
  }
}
