package io.github.octconv4j.quant;

import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.pass.DropDeadNodes;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Puts QuantizeLinear and DequantizeLinear around what chosen products read: values get a pair that
 * all their readers share, weights and biases are whole numbers already.
 */
final class InsertPairs {
  private final Map<String, Span> spans;
  private final Map<String, TensorData> constants;
  private final Map<String, String> pairs = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();

  private InsertPairs(Graph graph, Map<String, Span> spans) {
    this.spans = spans;
    this.constants = new LinkedHashMap<>(graph.constants());
    taken.addAll(constants.keySet());
    graph.inputs().forEach(input -> taken.add(input.name()));
    graph.nodes().forEach(node -> taken.addAll(node.outputs()));
  }

  /**
   * Returns the graph with pairs.
   *
   * @param weights those of the products that are quantised
   * @param spans the range of each value that gets a pair
   */
  static Graph of(Graph graph, Map<Node, WholeWeights> weights, Map<String, Span> spans) {
    InsertPairs insertion = new InsertPairs(graph, spans);
    graph.nodes().forEach(node -> insertion.add(node, weights));
    return new DropDeadNodes()
        .apply(
            new Graph(
                graph.name(),
                graph.inputs(),
                insertion.constants,
                insertion.nodes,
                graph.outputs()));
  }

  private void add(Node node, Map<Node, WholeWeights> products) {
    WholeWeights whole = products.get(node);
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      String value = node.input(i);
      boolean rounded = spans.containsKey(value) && (i == 0 || whole == null);
      inputs.add(rounded ? pair(value) : value);
    }
    if (whole != null) {
      inputs.set(1, dequantized(node, 1, whole.weights(), whole.scales(), whole.axis()));
      TensorData bias = whole.bias();
      if (bias != null) {
        inputs.set(2, dequantized(node, 2, bias, Objects.requireNonNull(whole.biasScales()), 0));
      }
    }
    nodes.add(new Node(node.name(), node.op(), inputs, node.outputs()));
  }

  /** The value behind its pair, which is added where somebody wants it first. */
  private String pair(String value) {
    String made = pairs.get(value);
    if (made != null) {
      return made;
    }
    Span span = Objects.requireNonNull(spans.get(value), value);
    String scale = constant(value + "_scale", TensorData.of(new float[] {span.scale()}));
    String zero =
        constant(
            value + "_zero_point",
            TensorData.of(
                ElementType.U8, MemorySegment.ofArray(new byte[] {(byte) span.zeroPoint()})));
    String whole = name(value + "_quantized");
    String back = name(value + "_dequantized");
    nodes.add(
        new Node(
            whole,
            new QuantizeLinear(1, 0, ElementType.U8),
            List.of(value, scale, zero),
            List.of(whole)));
    nodes.add(
        new Node(back, new DequantizeLinear(1, 0), List.of(whole, scale, zero), List.of(back)));
    pairs.put(value, back);
    return back;
  }

  private String dequantized(Node node, int operand, TensorData data, TensorData scales, int axis) {
    String base = node.input(operand);
    String whole = constant(base + "_quantized", data);
    String scale = constant(base + "_scale", scales);
    String back = name(base + "_dequantized");
    nodes.add(
        new Node(
            node.name() + "/" + base,
            new DequantizeLinear(axis, 0),
            List.of(whole, scale),
            List.of(back)));
    return back;
  }

  private String constant(String base, TensorData data) {
    String name = name(base);
    constants.put(name, data);
    return name;
  }

  /** A name that nobody has. */
  private String name(String base) {
    String name = base;
    for (int count = 0; !taken.add(name); count++) {
      name = base + "~" + count;
    }
    return name;
  }
}
