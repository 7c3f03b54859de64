package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.OutputFunction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A sum becomes part of the octave convolution that makes one of its summands, which then adds the
 * other one as it writes. All that the convolution gives must be added to something, and read by
 * nobody else. Of two convolutions it is that of the first summand.
 */
public final class FuseSums implements UnaryOperator<Graph> {
  @Override
  public Graph apply(Graph graph) {
    Graph result = graph;
    Set<String> refused = new HashSet<>(); // values that are no part of a sum that can be taken
    for (Sums sums = next(result, refused); sums != null; sums = next(result, refused)) {
      result = sums.fused(result);
    }
    return result;
  }

  /**
   * The sums that a convolution takes.
   *
   * @param layer the convolution
   * @param nodes a sum for each of its outputs, in their order
   * @param others the other summands
   */
  private record Sums(Node layer, List<Node> nodes, List<String> others) {
    Graph fused(Graph graph) {
      Rewriting rewriting = new Rewriting(graph);
      List<String> inputs = new ArrayList<>(layer.inputs());
      while (inputs.size() < OctaveConv.SUMMANDS) {
        inputs.add("");
      }
      List<String> outputs = new ArrayList<>();
      int next = 0;
      for (String output : layer.outputs()) {
        inputs.add(output.isEmpty() ? "" : others.get(next));
        outputs.add(output.isEmpty() ? "" : nodes.get(next).output());
        next += output.isEmpty() ? 0 : 1;
      }
      nodes.forEach(rewriting::remove);
      rewriting.replace(layer, new Node(layer.name(), layer.op(), inputs, outputs));
      return rewriting.done();
    }
  }

  private static @Nullable Sums next(Graph graph, Set<String> refused) {
    for (Node node : graph.nodes()) {
      if (!Summation.ofTwo(node)) {
        continue;
      }
      for (String summand : node.inputs()) {
        Node layer = graph.producer(summand);
        if (layer != null
            && layer.op() instanceof OctaveConv op
            && op.function() == OutputFunction.NONE
            && layer.inputs().size() <= OctaveConv.SUMMANDS
            && !refused.contains(summand)) {
          Sums sums = sums(graph, layer);
          if (sums != null) {
            return sums;
          }
          refused.add(summand);
        }
      }
    }
    return null;
  }

  private static @Nullable Sums sums(Graph graph, Node layer) {
    List<Node> nodes = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String output : layer.outputs()) {
      if (output.isEmpty()) {
        continue;
      }
      Node next = Patterns.reader(graph, output);
      if (next == null || !Summation.ofTwo(next)) {
        return null;
      }
      String other = next.input(0).equals(output) ? next.input(1) : next.input(0);
      if (other.equals(output)
          || graph.constant(other) != null
          || !graph.type(other).isKnown()
          || !graph.type(other).equals(graph.type(output))) {
        return null;
      }
      nodes.add(next);
      others.add(other);
    }
    return others.stream().anyMatch(other -> reads(graph, other, layer))
        ? null
        : new Sums(layer, nodes, others);
  }

  /** Whether a value depends on what a node makes. */
  @SuppressWarnings("ReferenceEquality") // two nodes may be equal
  private static boolean reads(Graph graph, String value, Node node) {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<String> open = new ArrayDeque<>(List.of(value));
    while (!open.isEmpty()) {
      Node producer = graph.producer(open.pop());
      if (producer == node) {
        return true;
      }
      if (producer != null && seen.add(producer)) {
        producer.inputs().stream().filter(input -> !input.isEmpty()).forEach(open::push);
      }
    }
    return false;
  }
}
