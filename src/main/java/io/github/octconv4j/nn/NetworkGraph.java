package io.github.octconv4j.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The layers of a network and how they hang together, without weights. Immutable.
 *
 * @since 0.1.0
 */
public final class NetworkGraph {
  private final FeatureMap input;
  private final List<Node> nodes;
  private final FeatureMap output;
  private final Map<FeatureMap, Node> makers = new HashMap<>();
  private final Map<FeatureMap, List<Node>> readers = new HashMap<>();

  NetworkGraph(FeatureMap input, List<Node> nodes, FeatureMap output) {
    this.input = input;
    this.nodes = needed(nodes, output);
    this.output = output;
    for (Node node : this.nodes) {
      makers.put(node.output(), node);
      node.inputs().forEach(x -> readers.computeIfAbsent(x, key -> new ArrayList<>()).add(node));
    }
  }

  /** Leaves out what the output does not depend on. */
  private static List<Node> needed(List<Node> all, FeatureMap output) {
    Set<FeatureMap> wanted = new HashSet<>(Set.of(output));
    List<Node> needed = new ArrayList<>();
    for (Node node : all.reversed()) {
      if (wanted.contains(node.output())) {
        needed.addFirst(node);
        wanted.addAll(node.inputs());
      }
    }
    return List.copyOf(needed);
  }

  /** Returns the image. */
  public FeatureMap input() {
    return input;
  }

  /** Returns what the last layer gives. */
  public FeatureMap output() {
    return output;
  }

  List<Node> nodes() {
    return nodes;
  }

  /** The layer that gives a map; null of the image. */
  @Nullable Node maker(FeatureMap map) {
    return makers.get(map);
  }

  /** The layers that read a map, in their order; one that reads it twice stands there twice. */
  List<Node> readers(FeatureMap map) {
    return Collections.unmodifiableList(readers.getOrDefault(map, List.of()));
  }

  /** Returns whether what the last layer gives are probabilities, made by a softmax. */
  public boolean endsInSoftmax() {
    Node last = maker(output);
    return last != null && last.layer() instanceof SoftmaxLayer;
  }

  /** Returns the tensors that the network needs, layer by layer. */
  public List<Parameter> parameters() {
    return nodes.stream().flatMap(node -> node.layer().parameters().stream()).toList();
  }

  /** Returns how many values training changes; statistics of batch norms don't count. */
  public long parameterCount() {
    return parameters().stream().filter(Parameter::isTrained).mapToLong(Parameter::count).sum();
  }

  /** Returns the multiply-adds of convolutions and linear layers for one image. */
  public long multiplyAdds() {
    return nodes.stream().mapToLong(node -> node.layer().multiplyAdds()).sum();
  }

  /** Returns the elements of all feature maps that layers give, for one image. */
  public long elements() {
    return nodes.stream().mapToLong(node -> node.output().elements()).sum();
  }

  /** Returns the layers' names and what they give, one a line. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("input " + input);
    nodes.forEach(node -> text.append('\n').append(node.name()).append(' ').append(node.output()));
    return text.toString();
  }
}
