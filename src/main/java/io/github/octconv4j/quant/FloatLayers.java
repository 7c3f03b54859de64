package io.github.octconv4j.quant;

import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.ConvTranspose;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.pass.ExpandOctave;
import io.github.octconv4j.graph.pass.Passes;
import io.github.octconv4j.graph.pass.RecognizeOctave;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A graph of floats whose octave convolutions are taken apart, and the layers in it. The
 * convolutions of an octave convolution are one layer: all of them are whole numbers or none.
 *
 * @param graph the graph
 * @param layers convolutions and products, in the order of the graph
 */
record FloatLayers(Graph graph, List<Layer> layers) {
  private static final List<String> PATHS = List.of("/hh", "/hl", "/lh", "/ll");

  /**
   * A layer.
   *
   * @param name of its node
   * @param operator for instance {@code OctaveConv}
   * @param nodes its products
   * @param reason why it can't be of whole numbers; empty where it can
   */
  record Layer(String name, String operator, List<Node> nodes, String reason) {}

  /** Takes a graph apart, whose inputs need not have sizes. */
  static FloatLayers of(Graph given) {
    Graph simple = Passes.simplify(given);
    Graph bound = new RecognizeOctave().apply(simple.bind(ExpandOctave.oneImage(simple)));
    Graph octave =
        Passes.simplify(
            new Graph(
                simple.name(),
                simple.inputs(),
                bound.constants(),
                bound.nodes(),
                simple.outputs()));
    Map<String, String> paths = new HashMap<>();
    for (Node node : octave.nodes()) {
      if (node.op() instanceof OctaveConv) {
        PATHS.forEach(path -> paths.put(node.name() + path, node.name()));
      }
    }
    Graph graph = Passes.simplify(ExpandOctave.inOpenBatch(octave));
    return new FloatLayers(graph, layers(graph, paths));
  }

  private static List<Layer> layers(Graph graph, Map<String, String> paths) {
    Map<String, List<Node>> together = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      if (isProduct(node)) {
        String octave = paths.get(node.name());
        String key = octave == null ? node.output() : octave;
        together.computeIfAbsent(key, name -> new ArrayList<>()).add(node);
      }
    }
    List<Layer> layers = new ArrayList<>();
    for (List<Node> nodes : together.values()) {
      Node first = nodes.getFirst();
      String reason =
          nodes.stream()
              .map(node -> reason(graph, node))
              .filter(why -> !why.isEmpty())
              .findFirst()
              .orElse("");
      layers.add(
          new Layer(
              Objects.requireNonNull(paths.getOrDefault(first.name(), first.name())),
              nodes.size() > 1 ? "OctaveConv" : first.op().name(),
              List.copyOf(nodes),
              reason));
    }
    return List.copyOf(layers);
  }

  private static boolean isProduct(Node node) {
    return switch (node.op()) {
      case Conv _, MatMul _, Gemm _, ConvTranspose _ -> true;
      default -> false;
    };
  }

  /** Why a product can't be of whole numbers; empty where it can. */
  private static String reason(Graph graph, Node node) {
    TensorData weights = graph.constant(node.input(1));
    if (node.op() instanceof ConvTranspose) {
      return "transposed convolutions are computed in floats";
    }
    if (graph.type(node.input(0)).element() != ElementType.F32
        || graph.constant(node.input(0)) != null) {
      return "what it reads is not of F32, or constant";
    }
    if (weights == null || weights.element() != ElementType.F32) {
      return "its weights are computed, or not of F32";
    }
    if (!node.input(2).isEmpty() && graph.constant(node.input(2)) == null) {
      return "its bias is computed";
    }
    if (node.op() instanceof MatMul && weights.dims().length != 2) {
      return "its weights are no matrix";
    }
    if (node.op() instanceof Gemm gemm
        && (gemm.alpha() != 1 || gemm.beta() != 1 || gemm.transposeA() || !isRow(graph, node))) {
      return "it is scaled or transposed, or its bias is no row";
    }
    return "";
  }

  /** Whether the bias of a product has a value for each column, or one. */
  private static boolean isRow(Graph graph, Node node) {
    TensorData bias = graph.constant(node.input(2));
    if (bias == null || bias.count() == 1) {
      return true;
    }
    long[] dims = bias.dims();
    return dims[dims.length - 1] == bias.count();
  }
}
