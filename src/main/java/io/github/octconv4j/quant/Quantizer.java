package io.github.octconv4j.quant;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.compile.GraphCompiler;
import io.github.octconv4j.compile.GraphExecution;
import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Quantization;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.pass.Passes;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Makes a graph of whole numbers of 8 bits from one of floats. It runs the graph on samples,
 * chooses a range for what each convolution and product reads, and puts QuantizeLinear and
 * DequantizeLinear nodes in; weights are symmetric, with a scale for each output channel. Layers
 * that cost more than allowed stay in floats. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class Quantizer {
  private static final int WIDE = 127;

  private final Engine engine;
  private final Graph graph;
  private final List<Map<String, TensorData>> samples = new ArrayList<>();
  private Ranges ranges = Ranges.MIN_MAX;
  private boolean narrow = CpuIsa.addsBytesShort();

  /**
   * A quantizer.
   *
   * @param engine must stay open
   * @param graph of floats, whose inputs need not have sizes yet
   */
  public Quantizer(Engine engine, Graph graph) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.graph = Passes.simplify(Objects.requireNonNull(graph, "graph"));
  }

  /** Sets how ranges are chosen; {@link Ranges#MIN_MAX} where nothing is said. Returns this. */
  public Quantizer ranges(Ranges how) {
    ranges = Objects.requireNonNull(how, "how");
    return this;
  }

  /**
   * Sets whether weights lie within -64 and 64, which processors without VNNI multiply fast and
   * exactly, instead of -127 and 127. Where nothing is said they do where this processor is such a
   * one. Returns this.
   */
  public Quantizer narrowWeights(boolean narrowWeights) {
    narrow = narrowWeights;
    return this;
  }

  /**
   * Adds a typical input. It is kept, and run when the graph is quantised.
   *
   * @param inputs a tensor for each input of the graph, all samples of one size
   * @return this
   * @throws IllegalArgumentException if one is missing
   */
  public Quantizer sample(Map<String, TensorData> inputs) {
    Objects.requireNonNull(inputs, "inputs");
    graph
        .inputs()
        .forEach(
            input -> {
              if (inputs.get(input.name()) == null) {
                throw new IllegalArgumentException(
                    String.format(
                        Locale.ROOT,
                        "inputs must have a tensor for %s, has %s",
                        input,
                        inputs.keySet()));
              }
            });
    samples.add(Map.copyOf(inputs));
    return this;
  }

  /**
   * Quantises. Each layer is tried alone, which takes a compilation and a run of all samples for
   * each; those that cost most go back to floats, one after the other, until the loss is allowed.
   *
   * @param mostLoss the most that the outputs may lose, as 1 less their cosine to those in floats;
   *     for instance 0.01
   * @return the graph, and what became of each layer
   * @throws IllegalStateException if there are no samples
   */
  public QuantizedGraph quantize(double mostLoss) {
    if (samples.isEmpty()) {
      throw new IllegalStateException("quantize needs samples, add typical inputs with sample()");
    }
    if (!(mostLoss >= 0)) {
      throw new IllegalArgumentException("mostLoss must be at least 0, was " + mostLoss);
    }
    Set<Node> layers = new LinkedHashSet<>();
    graph.nodes().stream().filter(node -> InsertPairs.isLayer(graph, node)).forEach(layers::add);
    Map<String, Span> spans = spans(InsertPairs.valuesOf(graph, layers));
    List<Map<String, TensorData>> expected = runs(graph);
    Map<Node, Double> losses = new LinkedHashMap<>();
    for (Node layer : layers) {
      losses.put(layer, loss(with(Set.of(layer), spans), expected));
    }
    Set<Node> kept = new LinkedHashSet<>(layers);
    Graph result = with(kept, spans);
    double loss = loss(result, expected);
    List<Node> worst = new ArrayList<>(layers);
    worst.sort(Comparator.comparingDouble(layer -> -losses.getOrDefault(layer, 0.0)));
    for (Node layer : worst) {
      if (loss <= mostLoss) {
        break;
      }
      kept.remove(layer);
      result = with(kept, spans);
      loss = loss(result, expected);
    }
    List<QuantizedLayer> report = new ArrayList<>();
    losses.forEach(
        (layer, its) ->
            report.add(
                new QuantizedLayer(layer.name(), layer.op().name(), its, kept.contains(layer))));
    return new QuantizedGraph(result, report, loss);
  }

  private Graph with(Set<Node> layers, Map<String, Span> spans) {
    return InsertPairs.of(graph, layers, spans, narrow ? Quantization.NARROW : WIDE);
  }

  /** Observes values on all samples; limits first, and then how often parts of them occur. */
  private Map<String, Span> spans(Set<String> values) {
    Map<String, Observation> observations = new LinkedHashMap<>();
    values.forEach(value -> observations.put(value, new Observation()));
    Set<String> names = new LinkedHashSet<>(graph.outputs());
    values.stream().filter(value -> graph.producer(value) != null).forEach(names::add);
    Graph observed =
        new Graph(
            graph.name(), graph.inputs(), graph.constants(), graph.nodes(), List.copyOf(names));
    int rounds = ranges == Ranges.MIN_MAX ? 1 : 2;
    for (int round = 0; round < rounds; round++) {
      List<Map<String, TensorData>> runs = runs(observed);
      for (int i = 0; i < runs.size(); i++) {
        for (Map.Entry<String, Observation> entry : observations.entrySet()) {
          TensorData data = runs.get(i).get(entry.getKey());
          data = data == null ? samples.get(i).get(entry.getKey()) : data;
          if (round == 0) {
            entry.getValue().limit(Objects.requireNonNull(data));
          } else {
            entry.getValue().count(Objects.requireNonNull(data));
          }
        }
      }
    }
    Map<String, Span> spans = new HashMap<>();
    observations.forEach((value, observation) -> spans.put(value, observation.span(ranges)));
    return spans;
  }

  /** The outputs for each sample. */
  private List<Map<String, TensorData>> runs(Graph whole) {
    Map<String, long[]> sizes = new HashMap<>();
    samples.getFirst().forEach((name, data) -> sizes.put(name, data.dims()));
    try (Constants constants = Constants.of(engine);
        CompiledGraph compiled =
            new GraphCompiler(engine, constants, whole)
                .compile(sizes, GraphCompiler.Images.ROWS, PlanOptions.DEFAULT);
        GraphExecution execution = compiled.newExecution("quantizer")) {
      return samples.stream().map(execution::run).toList();
    }
  }

  private double loss(Graph quantized, List<Map<String, TensorData>> expected) {
    List<Map<String, TensorData>> actual = runs(quantized);
    double sum = 0;
    int count = 0;
    for (int i = 0; i < expected.size(); i++) {
      for (String output : graph.outputs()) {
        TensorData floats = Objects.requireNonNull(expected.get(i).get(output));
        if (floats.element() == ElementType.F32) {
          sum += 1 - cosine(floats, Objects.requireNonNull(actual.get(i).get(output)));
          count++;
        }
      }
    }
    return count == 0 ? 0 : sum / count;
  }

  private static double cosine(TensorData a, TensorData b) {
    double product = 0;
    double ofA = 0;
    double ofB = 0;
    for (int i = 0; i < a.count(); i++) {
      product += a.doubleAt(i) * b.doubleAt(i);
      ofA += a.doubleAt(i) * a.doubleAt(i);
      ofB += b.doubleAt(i) * b.doubleAt(i);
    }
    return ofA == 0 || ofB == 0 ? (ofA == ofB ? 1 : 0) : product / Math.sqrt(ofA * ofB);
  }
}
