package io.github.octconv4j.compile;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * A graph of floats with QuantizeLinear and DequantizeLinear around what its convolutions read,
 * what they add, and what leaves; what is picked or averaged has the steps of what it comes from.
 */
final class Pairs {
  /**
   * The steps of a value.
   *
   * @param scale of a step
   * @param zero what stands for 0, of U8
   */
  record Steps(double scale, int zero) {}

  private final Graph graph;
  private final Function<String, Steps> steps;
  private final Map<String, Steps> known = new HashMap<>();
  private final Set<String> rounded = new LinkedHashSet<>();
  private final Map<String, TensorData> constants;
  private final Map<String, String> pairs = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final int bound;
  private final double[] weightScales;

  private Pairs(
      Graph graph, Function<String, Steps> steps, int bound, double[] weightScales, boolean all) {
    this.graph = graph;
    this.steps = steps;
    this.bound = bound;
    this.weightScales = weightScales;
    this.constants = new LinkedHashMap<>(graph.constants());
    graph.nodes().forEach(node -> choose(node, all));
    for (Node node : graph.nodes().reversed()) {
      if (carries(node) && rounded.contains(node.output())) {
        rounded.add(node.input(0));
      }
    }
  }

  /**
   * Puts pairs in.
   *
   * @param graph of known sizes without octave convolutions
   * @param steps of a value
   * @param bound of weights
   * @param weightScales taken in turn for output channels; none for what the weights need
   * @param all whether what a product adds up is rounded before each sum, as tools write it
   */
  static Graph of(
      Graph graph, Function<String, Steps> steps, int bound, double[] weightScales, boolean all) {
    Pairs pairs = new Pairs(graph, steps, bound, weightScales, all);
    graph.nodes().forEach(pairs::add);
    List<String> outputs =
        graph.outputs().stream()
            .map(output -> pairs.rounded.contains(output) ? pairs.whole(output) : output)
            .toList();
    return new Graph(graph.name(), graph.inputs(), pairs.constants, pairs.nodes, outputs);
  }

  private void choose(Node node, boolean all) {
    if (node.op() instanceof Conv || node.op() instanceof Gemm) {
      rounded.add(node.input(0));
    }
    boolean sum = node.op() instanceof Binary;
    for (String value : sum ? node.inputs() : List.<String>of()) {
      Node made = graph.producer(value);
      boolean takesSum =
          made != null
              && (made.op() instanceof Binary
                  || (made.op() instanceof Conv && !isAddedByAnother(made)));
      if (all || !takesSum) {
        rounded.add(value);
      }
    }
    node.outputs().stream().filter(graph.outputs()::contains).forEach(rounded::add);
  }

  /** Whether another convolution of the same output comes later, and adds this one's result. */
  private boolean isAddedByAnother(Node conv) {
    String name = conv.name();
    String other = name.endsWith("/hh") ? "/lh" : name.endsWith("/ll") ? "/hl" : "/-";
    String base = name.substring(0, Math.max(0, name.length() - other.length()));
    return graph.nodes().stream()
        .anyMatch(
            node ->
                node.name().equals(base + other)
                    && graph.consumers(node.output()).stream()
                        .anyMatch(reader -> reader.op() instanceof Binary));
  }

  private static boolean carries(Node node) {
    return node.op() instanceof Pool
        || node.op() instanceof Resize
        || node.op() instanceof Slice
        || node.op() instanceof Pad;
  }

  private Steps steps(String value) {
    Node node = graph.producer(value);
    return node != null && carries(node)
        ? steps(node.input(0))
        : known.computeIfAbsent(value, steps);
  }

  private void add(Node node) {
    List<String> inputs = new ArrayList<>(node.inputs());
    boolean product = node.op() instanceof Conv || node.op() instanceof Gemm;
    for (int i = 0; i < inputs.size(); i++) {
      if (rounded.contains(inputs.get(i)) && (i == 0 || !product)) {
        inputs.set(i, pair(inputs.get(i)));
      }
    }
    if (product) {
      inputs.set(1, weights(node));
    }
    nodes.add(new Node(node.name(), node.op(), inputs, node.outputs()));
  }

  private String whole(String value) {
    pair(value);
    return value + ".q";
  }

  private String pair(String value) {
    String made = pairs.get(value);
    if (made == null) {
      Steps its = steps(value);
      constants.put(value + ".s", TensorData.of(new float[] {(float) its.scale}));
      constants.put(
          value + ".z",
          TensorData.of(ElementType.U8, MemorySegment.ofArray(new byte[] {(byte) its.zero})));
      List<String> quantities = List.of(value + ".s", value + ".z");
      made = value + ".d";
      List<String> in = List.of(value, quantities.get(0), quantities.get(1));
      List<String> back = List.of(value + ".q", quantities.get(0), quantities.get(1));
      nodes.add(
          new Node(
              made + "q", new QuantizeLinear(1, 0, ElementType.U8), in, List.of(value + ".q")));
      nodes.add(new Node(made, new DequantizeLinear(1, 0), back, List.of(made)));
      pairs.put(value, made);
    }
    return made;
  }

  private String weights(Node node) {
    String name = node.input(1);
    TensorData data = Objects.requireNonNull(graph.constant(name));
    float[] values = data.toFloats();
    int channels = (int) data.dims()[0];
    float[] scales = new float[channels];
    int each = values.length / channels;
    for (int i = 0; i < values.length; i++) {
      float own = Math.abs(values[i]) / bound;
      scales[i / each] =
          weightScales.length > 0
              ? (float) weightScales[i / each % weightScales.length]
              : Math.max(scales[i / each], Math.max(own, Float.MIN_NORMAL));
    }
    byte[] whole = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      whole[i] = (byte) Math.clamp(Math.rint(values[i] / scales[i / each]), -bound, (double) bound);
    }
    String base = node.name() + ".w";
    constants.put(
        base + ".q", TensorData.of(ElementType.I8, MemorySegment.ofArray(whole), data.dims()));
    constants.put(base + ".s", TensorData.of(scales, channels));
    nodes.add(
        new Node(
            base, new DequantizeLinear(0, 0), List.of(base + ".q", base + ".s"), List.of(base)));
    return base;
  }
}
