package io.github.octconv4j.quant;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.MatMul;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Puts QuantizeLinear and DequantizeLinear around what chosen layers read: values get a pair that
 * all their readers share, weights are whole numbers already, symmetric and with a scale for each
 * output channel, and so are biases, in the scale of the products.
 */
final class InsertPairs {
  private final Graph graph;
  private final Map<String, Span> spans;
  private final int bound;
  private final Map<String, TensorData> constants;
  private final Map<String, String> pairs = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();

  private InsertPairs(Graph graph, Map<String, Span> spans, int bound) {
    this.graph = graph;
    this.spans = spans;
    this.bound = bound;
    this.constants = new LinkedHashMap<>(graph.constants());
    taken.addAll(constants.keySet());
    graph.inputs().forEach(input -> taken.add(input.name()));
    graph.nodes().forEach(node -> taken.addAll(node.outputs()));
  }

  /**
   * Returns the graph with pairs.
   *
   * @param layers nodes that are quantised
   * @param spans the range of each value that they read
   * @param bound the largest weight, 127 or less
   */
  static Graph of(Graph graph, Set<Node> layers, Map<String, Span> spans, int bound) {
    InsertPairs insertion = new InsertPairs(graph, spans, bound);
    Set<String> values = valuesOf(graph, layers);
    for (Node node : graph.nodes()) {
      insertion.add(node, layers.contains(node), values);
    }
    return new DropDeadNodes()
        .apply(
            new Graph(
                graph.name(),
                graph.inputs(),
                insertion.constants,
                insertion.nodes,
                graph.outputs()));
  }

  /** Whether a node can be quantised: its weights are constant floats. */
  static boolean isLayer(Graph graph, Node node) {
    boolean product =
        node.op() instanceof Conv
            || (node.op() instanceof MatMul && isMatrix(graph, node.input(1)))
            || (node.op() instanceof Gemm gemm
                && gemm.alpha() == 1
                && gemm.beta() == 1
                && !gemm.transposeA());
    TensorData weights = graph.constant(node.input(1));
    boolean bias = node.input(2).isEmpty() || graph.constant(node.input(2)) != null;
    return product
        && bias
        && weights != null
        && weights.element() == ElementType.F32
        && graph.constant(node.input(0)) == null
        && graph.type(node.input(0)).element() == ElementType.F32;
  }

  private static boolean isMatrix(Graph graph, String value) {
    TensorData data = graph.constant(value);
    return data != null && data.dims().length == 2;
  }

  /** What layers read, and what is added to their results. */
  static Set<String> valuesOf(Graph graph, Set<Node> layers) {
    Set<String> values = new LinkedHashSet<>();
    for (Node layer : layers) {
      values.add(layer.input(0));
      if (graph.isPrivate(layer.output())) {
        Node next = graph.consumers(layer.output()).getFirst();
        boolean sum =
            next.op() instanceof Binary binary
                && (binary.function() == BinaryFunction.ADD
                    || binary.function() == BinaryFunction.SUM)
                && next.inputs().size() == 2
                && next.inputs().stream().noneMatch(value -> graph.constant(value) != null);
        if (sum) {
          values.addAll(next.inputs());
        }
      }
    }
    return values;
  }

  private void add(Node node, boolean layer, Set<String> values) {
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      String value = node.input(i);
      boolean quantized =
          values.contains(value) && (i == 0 || !layer) && graph.constant(value) == null;
      inputs.add(quantized ? pair(value) : value);
    }
    if (layer) {
      int axis = axis(node);
      float[] scales = scales(node, axis);
      inputs.set(1, weights(node, axis, scales));
      if (!node.input(2).isEmpty()) {
        inputs.set(2, bias(node, scales));
      }
    }
    nodes.add(new Node(node.name(), node.op(), inputs, node.outputs()));
  }

  private static int axis(Node node) {
    return switch (node.op()) {
      case MatMul product -> 1;
      case Gemm gemm -> gemm.transposeB() ? 0 : 1;
      default -> 0;
    };
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

  private float[] scales(Node node, int axis) {
    TensorData weights = Objects.requireNonNull(graph.constant(node.input(1)));
    float[] values = weights.toFloats();
    long[] dims = weights.dims();
    long inner = inner(dims, axis);
    float[] scales = new float[Math.toIntExact(dims[axis])];
    for (int i = 0; i < values.length; i++) {
      int channel = (int) (i / inner % dims[axis]);
      scales[channel] = Math.max(scales[channel], Math.abs(values[i]) / bound);
    }
    for (int i = 0; i < scales.length; i++) {
      scales[i] = scales[i] < Float.MIN_NORMAL ? 1 : scales[i];
    }
    return scales;
  }

  private static long inner(long[] dims, int axis) {
    long inner = 1;
    for (int d = axis + 1; d < dims.length; d++) {
      inner *= dims[d];
    }
    return inner;
  }

  private String weights(Node node, int axis, float[] scales) {
    TensorData weights = Objects.requireNonNull(graph.constant(node.input(1)));
    float[] values = weights.toFloats();
    long[] dims = weights.dims();
    long inner = inner(dims, axis);
    byte[] whole = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      float scale = scales[(int) (i / inner % dims[axis])];
      whole[i] = (byte) Math.clamp(Math.rint(values[i] / scale), -bound, (double) bound);
    }
    TensorData data = TensorData.of(ElementType.I8, MemorySegment.ofArray(whole), dims);
    return dequantized(node, node.input(1), data, scales, axis);
  }

  private String bias(Node node, float[] scales) {
    TensorData bias = Objects.requireNonNull(graph.constant(node.input(2)));
    float source = Objects.requireNonNull(spans.get(node.input(0))).scale();
    int[] whole = new int[scales.length];
    float[] steps = new float[scales.length];
    for (int i = 0; i < whole.length; i++) {
      steps[i] = scales[i] * source;
      double value = bias.doubleAt(bias.count() == 1 ? 0 : i);
      whole[i] =
          (int) Math.clamp(Math.rint(value / steps[i]), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    TensorData data = TensorData.of(ElementType.I32, MemorySegment.ofArray(whole), whole.length);
    return dequantized(node, node.input(2), data, steps, 0);
  }

  private String dequantized(Node node, String base, TensorData data, float[] scales, int axis) {
    String whole = constant(base + "_quantized", data);
    String scale = constant(base + "_scale", TensorData.of(scales, scales.length));
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
