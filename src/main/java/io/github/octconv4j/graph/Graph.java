package io.github.octconv4j.graph;

import io.github.octconv4j.files.SimilarNames;
import io.github.octconv4j.text.Checks;
import io.github.octconv4j.text.Printable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A computation: values that enter, constants, nodes in an order in which they can be computed, and
 * the values that leave. Immutable. Types and shapes of all values are inferred when it is made;
 * those that depend on unknown sizes stay unknown until {@link #bind} gives them.
 *
 * @since 0.1.0
 */
public final class Graph {
  private final String name;
  private final List<Value> inputs;
  private final Map<String, TensorData> constants;
  private final List<Node> nodes;
  private final List<String> outputs;
  private final Map<String, TensorType> types = new LinkedHashMap<>();
  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, List<Node>> consumers = new HashMap<>();

  /**
   * Makes and checks a graph. The nodes may be in any order that has no circle; it is kept as far
   * as it can be.
   *
   * @param name what it is called
   * @param inputs the values that enter
   * @param constants values that are known, by name
   * @param nodes what is computed
   * @param outputs names of the values that leave
   * @throws IllegalArgumentException if a name is given twice or not at all, nodes are in a circle,
   *     or the inputs of a node don't fit it; the message names the node and the shapes
   */
  public Graph(
      String name,
      List<Value> inputs,
      Map<String, TensorData> constants,
      List<Node> nodes,
      List<String> outputs) {
    this.name = Objects.requireNonNull(name, "name");
    this.inputs = Checks.list("inputs", inputs);
    this.constants = Checks.map("constants", constants);
    this.outputs = Checks.list("outputs", outputs);
    for (Value input : this.inputs) {
      define(input.name(), input.type(), "input");
    }
    this.constants.forEach((key, data) -> define(key, data.type(), "constant"));
    for (Node node : Checks.list("nodes", nodes)) {
      for (String output : node.outputs()) {
        if (!output.isEmpty() && producers.put(output, node) != null) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "node %s makes %s, which another node makes too",
                  quote(node.name()),
                  quote(output)));
        }
      }
    }
    this.nodes = Order.of(nodes, producers, types.keySet());
    for (Node node : this.nodes) {
      infer(node);
    }
    for (String output : this.outputs) {
      if (!types.containsKey(output)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "output %s is made by no node%s",
                quote(output),
                SimilarNames.hint(output, types.keySet())));
      }
    }
  }

  private static String quote(String text) {
    return Printable.quote(text);
  }

  private void define(String value, TensorType type, String kind) {
    if (value.isEmpty() || types.put(value, type) != null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s %s has a name that is empty or taken", kind, quote(value)));
    }
  }

  private void infer(Node node) {
    List<@Nullable TensorType> in = new ArrayList<>();
    List<@Nullable TensorData> known = new ArrayList<>();
    for (String input : node.inputs()) {
      in.add(input.isEmpty() ? null : types.get(input));
      known.add(constants.get(input));
      if (!input.isEmpty()) {
        List<Node> users = consumers.computeIfAbsent(input, key -> new ArrayList<>());
        if (users.isEmpty() || !users.getLast().equals(node)) {
          users.add(node);
        }
      }
    }
    Operands operands = Operands.of(in, known, node.outputs().size());
    List<TensorType> out;
    try {
      out = node.op().infer(operands);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "node %s: %s of %s: %s",
              quote(node.name()),
              node.op().name(),
              Printable.text(operands.toString()),
              Printable.text(String.valueOf(e.getMessage()))),
          e);
    }
    for (int i = 0; i < out.size(); i++) {
      String output = node.outputs().get(i);
      if (!output.isEmpty() && types.put(output, out.get(i)) != null) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "node %s makes %s, a name that is taken",
                quote(node.name()),
                quote(output)));
      }
    }
  }

  /**
   * What it is called.
   *
   * @return a name, perhaps an empty one
   */
  public String name() {
    return name;
  }

  /**
   * The values that enter.
   *
   * @return an unmodifiable list
   */
  public List<Value> inputs() {
    return inputs;
  }

  /**
   * The values that are known.
   *
   * @return an unmodifiable map by name
   */
  public Map<String, TensorData> constants() {
    return constants;
  }

  /**
   * What is computed, each node behind those whose values it reads.
   *
   * @return an unmodifiable list
   */
  public List<Node> nodes() {
    return nodes;
  }

  /**
   * Names of the values that leave.
   *
   * @return an unmodifiable list
   */
  public List<String> outputs() {
    return outputs;
  }

  /**
   * The type of a value.
   *
   * @param value its name
   * @return the type
   * @throws IllegalArgumentException if there is no such value
   */
  public TensorType type(String value) {
    TensorType type = types.get(Objects.requireNonNull(value, "value"));
    if (type == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the graph has no value %s%s",
              quote(value),
              SimilarNames.hint(value, types.keySet())));
    }
    return type;
  }

  /**
   * The elements of a value that is constant.
   *
   * @param value its name
   * @return the elements, or null if it is computed or enters
   */
  public @Nullable TensorData constant(String value) {
    return constants.get(value);
  }

  /**
   * The node that makes a value.
   *
   * @param value its name
   * @return the node, or null if it enters or is constant
   */
  public @Nullable Node producer(String value) {
    return producers.get(value);
  }

  /**
   * The nodes that read a value.
   *
   * @param value its name
   * @return an unmodifiable list in the order of the nodes, each once
   */
  public List<Node> consumers(String value) {
    return Collections.unmodifiableList(consumers.getOrDefault(value, List.of()));
  }

  /**
   * Whether a value is read by one node alone and does not leave.
   *
   * @param value its name
   * @return false if somebody else would miss it
   */
  public boolean isPrivate(String value) {
    return consumers(value).size() == 1 && !outputs.contains(value);
  }

  /**
   * The graph for sizes of its inputs.
   *
   * @param sizes dimensions of inputs by name; of those that are not named they stay
   * @return a graph whose other types follow
   * @throws IllegalArgumentException if there is no such input, a known size differs, one symbol
   *     would have two sizes, or a node does not fit
   */
  public Graph bind(Map<String, long[]> sizes) {
    Checks.map("sizes", sizes);
    Map<String, Long> symbols = new HashMap<>();
    List<Value> bound = new ArrayList<>();
    for (Value input : inputs) {
      long[] given = sizes.get(input.name());
      bound.add(given == null ? input : Binding.of(input, given, symbols));
    }
    for (String key : sizes.keySet()) {
      if (inputs.stream().noneMatch(input -> input.name().equals(key))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "the graph has no input %s, there are %s", quote(key), inputs));
      }
    }
    return new Graph(name, bound, constants, nodes, outputs);
  }

  /**
   * The whole graph as a text that can be read: inputs, constants, a line for each node with the
   * types of what it makes, outputs.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("graph ").append(name).append('\n');
    for (Value input : inputs) {
      text.append("  input ").append(input).append('\n');
    }
    constants.forEach(
        (key, data) -> text.append("  ").append(key).append(" = ").append(data).append('\n'));
    for (Node node : nodes) {
      text.append("  ").append(node);
      String separator = "  # ";
      for (String output : node.outputs()) {
        text.append(separator).append(output.isEmpty() ? "-" : type(output));
        separator = ", ";
      }
      text.append('\n');
    }
    return text.append("  output ").append(String.join(", ", outputs)).append('\n').toString();
  }
}
