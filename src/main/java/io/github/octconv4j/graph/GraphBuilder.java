package io.github.octconv4j.graph;

import io.github.octconv4j.text.Checks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Puts a graph together, node by node. Not thread-safe.
 *
 * {@snippet :
 * GraphBuilder b = new GraphBuilder("scores");
 * String x = b.input("x", TensorType.of(ElementType.F32, 1, 3, 8, 8));
 * String y = b.add(Unary.of(UnaryFunction.RELU), x);
 * Graph graph = b.output(y).build();
 * }
 *
 * @since 0.1.0
 */
public final class GraphBuilder {
  private final String name;
  private final List<Value> inputs = new ArrayList<>();
  private final Map<String, TensorData> constants = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();
  private int count;

  /**
   * Begins an empty graph.
   *
   * @param name what it is called
   */
  public GraphBuilder(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * Adds a value that enters.
   *
   * @param value its name
   * @param type its type
   * @return its name
   */
  public String input(String value, TensorType type) {
    inputs.add(new Value(value, type));
    return value;
  }

  /**
   * Adds a constant under a name that is made.
   *
   * @param data the elements
   * @return its name
   */
  public String constant(TensorData data) {
    return constant("c" + count++, data);
  }

  /**
   * Adds a constant.
   *
   * @param value its name
   * @param data the elements
   * @return its name
   */
  public String constant(String value, TensorData data) {
    constants.put(Objects.requireNonNull(value, "value"), Objects.requireNonNull(data, "data"));
    return value;
  }

  /**
   * Adds a node with one output, under names that are made.
   *
   * @param op the operation
   * @param values names of its inputs, empty for one that is left out
   * @return the name of the output
   */
  public String add(Op op, String... values) {
    String output = op.name().toLowerCase(Locale.ROOT) + count++;
    List<String> inputs =
        Checks.list("values", Arrays.asList(Objects.requireNonNull(values, "values")));
    nodes.add(new Node(output, op, inputs, List.of(output)));
    return output;
  }

  /**
   * Adds a node.
   *
   * @param node the node
   * @return this
   */
  public GraphBuilder add(Node node) {
    nodes.add(Objects.requireNonNull(node, "node"));
    return this;
  }

  /**
   * Says that values leave.
   *
   * @param values their names
   * @return this
   */
  public GraphBuilder output(String... values) {
    outputs.addAll(Checks.list("values", Arrays.asList(Objects.requireNonNull(values, "values"))));
    return this;
  }

  /**
   * Makes the graph.
   *
   * @return a graph of all that was added
   * @throws IllegalArgumentException if something does not fit, see {@link Graph}
   */
  public Graph build() {
    return new Graph(name, inputs, constants, nodes, outputs);
  }
}
