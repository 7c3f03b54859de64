package io.github.octconv4j.nn;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.compile.GraphCompiler;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Softmax;
import io.github.octconv4j.graph.SoftmaxKind;
import io.github.octconv4j.graph.Squeeze;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unsqueeze;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.ElementType;
import io.github.octconv4j.weights.SafetensorsFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a {@link Network} computes: a graph with its constants, and how plans for it are built. */
final class Computation {
  private final String name;
  private final Graph graph;
  private final @Nullable NetworkGraph layers; // null of a graph that no builder made
  private final String source; // of the weights, where messages name it
  private final Holdings holdings;
  private final GraphCompiler compiler;

  private Computation(
      String name, Graph graph, @Nullable NetworkGraph layers, String source, Runnable closeFile) {
    this.name = name;
    this.graph = graph;
    this.layers = layers;
    this.source = source;
    this.holdings = Holdings.of(closeFile);
    try {
      this.compiler = compiler(graph);
    } catch (RuntimeException | Error e) {
      holdings.close();
      throw e;
    }
  }

  /**
   * Of any graph.
   *
   * @param file taken over; null where the constants are the caller's
   */
  static Computation of(String name, Graph graph, @Nullable OnnxModel file) {
    return new Computation(name, graph, null, "", file == null ? () -> {} : file::close);
  }

  /**
   * Of what a builder made.
   *
   * @param parameters its weights, which are checked
   * @param file taken over; null where the weights are the caller's
   */
  static Computation of(
      String name, NetworkGraph layers, Parameters parameters, @Nullable SafetensorsFile file) {
    parameters.check(layers.parameters());
    String source = file == null ? "" : Printable.path(file.path()) + ": ";
    Graph bound = layers.bind(parameters, source);
    return new Computation(name, bound, layers, source, file == null ? () -> {} : file::close);
  }

  private GraphCompiler compiler(Graph compiled) {
    // What builders make is planned also where there is no octave convolution: to be compared.
    return new GraphCompiler(holdings.engine(), holdings.constants(), compiled, layers != null);
  }

  Graph graph() {
    return graph;
  }

  /** What a builder made of it; null where none did. */
  @Nullable NetworkGraph layers() {
    return layers;
  }

  /** What messages call it. */
  String name() {
    return name;
  }

  /** Throws unless plans can be built with these options. */
  void requireSupported(PlanOptions options) {
    holdings.engine().requireSupported(options.type());
  }

  /** Compiles for sizes of the inputs, which lie row by row. */
  CompiledGraph compile(Map<String, long[]> sizes, PlanOptions options) {
    return named(() -> compiler.compile(sizes, GraphCompiler.ImageLayout.ROWS, options));
  }

  /** What is wrong with weights of a file is said together with its name. */
  private <T> T named(Supplier<T> compiling) {
    try {
      return compiling.get();
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      throw message.startsWith(source) ? e : new IllegalArgumentException(source + message, e);
    }
  }

  /**
   * Builds a plan for images.
   *
   * @param batch images in each run
   * @param traces whether it keeps what is computed on the way
   */
  NetworkPlan plan(int batch, PlanOptions options, boolean traces) {
    Value input = graph.inputs().getFirst(); // the only one of a graph that takes images
    List<Dim> dims = Objects.requireNonNull(input.type().dims());
    if (dims.get(0).isKnown() && dims.get(0).size() != batch) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "batch must be %d, which the graph of network %s says, was %d; a graph whose first dimension is open takes any",
              dims.get(0).size(),
              Printable.text(name),
              batch));
    }
    long[] sizes = {batch, dims.get(1).size(), dims.get(2).size(), dims.get(3).size()};
    Map<String, long[]> bound = Map.of(input.name(), sizes);
    Map<String, String> observed = traces ? observed(bound) : Map.of();
    CompiledGraph compiled =
        named(
            () ->
                (traces ? compiler.observing(graph, observed.values()) : compiler)
                    .compile(bound, GraphCompiler.ImageLayout.CHANNELS_LAST, options));
    if (!compiled.isWhole()) {
      compiled.close();
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "network %s computes values whose sizes only a run tells; use compute",
              Printable.text(name)));
    }
    Map<String, Operand> kept = new LinkedHashMap<>();
    observed.forEach((trace, value) -> kept.put(trace, compiled.output(value)));
    return new NetworkPlan(
        compiled,
        compiled.input(input.name()),
        compiled.output(graph.outputs().getFirst()),
        kept,
        layers == null ? Map.of() : layers.layerNames());
  }

  /** The values that a trace keeps, by what it calls them. */
  private Map<String, String> observed(Map<String, long[]> sizes) {
    if (layers != null) {
      return layers.maps();
    }
    Graph bound = graph.bind(sizes);
    Map<String, String> values = new LinkedHashMap<>();
    for (Node node : bound.nodes()) {
      for (String value : node.outputs()) {
        TensorType type = value.isEmpty() ? null : bound.type(value);
        boolean floats = type != null && type.element() == ElementType.F32 && type.isKnown();
        if (floats && !bound.outputs().contains(value)) {
          values.put(value, value);
        }
      }
    }
    return values;
  }

  /** Whether what it gives are probabilities, made by a softmax. */
  boolean endsInSoftmax() {
    Node node = graph.producer(graph.outputs().getFirst());
    while (node != null
        && (node.op() instanceof Reshape
            || node.op() instanceof Flatten
            || node.op() instanceof Unsqueeze
            || node.op() instanceof Squeeze)) {
      node = graph.producer(node.input(0));
    }
    return node != null
        && node.op() instanceof Softmax softmax
        && softmax.kind() == SoftmaxKind.SOFTMAX;
  }

  /** Its engine and weights, which whoever has the computation closes. */
  Holdings holdings() {
    return holdings;
  }
}
