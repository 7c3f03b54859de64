package io.github.octconv4j.quant;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.Quantization;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.nn.ImageInput;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.octave.PlanProgress;
import io.github.octconv4j.quant.FloatLayers.Layer;
import io.github.octconv4j.text.Checks;
import io.github.octconv4j.text.Printable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a network of whole numbers of 8 bits from one of floats. It runs the network on samples,
 * chooses a range for what each convolution and product reads, and puts QuantizeLinear and
 * DequantizeLinear nodes in; weights are symmetric, with a scale for each output channel. Layers
 * that cost more than allowed stay in floats. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class Quantizer {
  /**
   * The key of {@link Network#notes} that says for which processors a network was quantised: {@code
   * any}, or {@code vnni} for those that multiply bytes exactly; the others compute it in floats
   * and give the same classes.
   */
  public static final String MADE_FOR = "quantized_for";

  private static final String RANGES = "quantized_ranges";
  private static final String SAMPLES = "quantized_samples";
  private static final String LOSS = "quantized_loss";
  private static final int WIDE = 127;
  private static final int TRIED_ON = 8;
  private static final int MOST_THREADS = 1024;

  private final Network network;
  private final List<Map<String, TensorData>> samples = new ArrayList<>();
  private final List<Integer> labels = new ArrayList<>();
  private final Set<String> inFloats = new LinkedHashSet<>();
  private Ranges ranges = Ranges.MIN_MAX;
  private Loss criterion = Loss.OUTPUTS;
  private boolean narrow = CpuIsa.addsBytesShort();
  private int threads = 1;
  private PlanProgress progress = PlanProgress.NONE;

  /**
   * A quantizer.
   *
   * @param network of floats; must stay open until it is quantised
   * @throws IllegalArgumentException if it is quantised already
   */
  public Quantizer(Network network) {
    this.network = Objects.requireNonNull(network, "network");
    for (Node node : network.operations().nodes()) {
      if (node.op() instanceof QuantizeLinear) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "network must be of floats, but is quantised already: it has a node %s of QuantizeLinear",
                Printable.text(node.name())));
      }
    }
  }

  /** Sets how ranges are chosen; {@link Ranges#MIN_MAX} where nothing is said. Returns this. */
  public Quantizer ranges(Ranges how) {
    ranges = Objects.requireNonNull(how, "how");
    return this;
  }

  /** Sets what must not be lost; {@link Loss#OUTPUTS} where nothing is said. Returns this. */
  public Quantizer criterion(Loss what) {
    criterion = Objects.requireNonNull(what, "what");
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

  /** Sets the threads of a run, 1 to 1024; 1 where nothing is said. Returns this. */
  public Quantizer threads(int count) {
    if (count < 1 || count > MOST_THREADS) {
      throw new IllegalArgumentException("count must be 1 to 1024, was " + count);
    }
    threads = count;
    return this;
  }

  /** Sets who is told how far it is. Returns this. */
  public Quantizer progress(PlanProgress listener) {
    progress = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Leaves layers in floats, whatever they cost.
   *
   * @param layers names as {@link QuantizedLayer#name} has them
   * @return this
   */
  public Quantizer keepInFloats(String... layers) {
    inFloats.addAll(Checks.list("layers", Arrays.asList(Objects.requireNonNull(layers, "layers"))));
    return this;
  }

  /**
   * Adds a typical input. It is kept, and run when the network is quantised.
   *
   * @param inputs a tensor for each input of the network, all samples of one size
   * @return this
   * @throws IllegalArgumentException if one is missing, or of another type or size than before
   */
  public Quantizer sample(Map<String, TensorData> inputs) {
    return add(inputs, -1);
  }

  /**
   * Adds a typical picture, which is scaled and normalised as the network wants it.
   *
   * @return this
   * @throws IllegalStateException if the network does not classify images
   */
  public Quantizer sample(Image image) {
    return add(picture(image), -1);
  }

  /**
   * Adds a picture of which is known what it shows.
   *
   * @param label one of the network's
   * @return this
   * @throws IllegalArgumentException if the network has no such label
   * @throws IllegalStateException if the network does not classify images
   */
  public Quantizer sample(Image image, String label) {
    Objects.requireNonNull(label, "label");
    List<String> known = network.info().labels();
    int index = known.indexOf(label);
    if (index < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "label must be one of network %s, was \"%s\"; there are %d, from \"%s\" to \"%s\"",
              Printable.text(network.info().name()),
              Printable.text(label),
              known.size(),
              known.isEmpty() ? "" : Printable.text(known.getFirst()),
              known.isEmpty() ? "" : Printable.text(known.getLast())));
    }
    return add(picture(image), index);
  }

  private Map<String, TensorData> picture(Image image) {
    NetworkInfo info = network.info();
    float[] values = new ImageInput(info).values(Objects.requireNonNull(image, "image"));
    TensorData data = TensorData.of(values, 1, info.channels(), info.height(), info.width());
    return Map.of(network.inputs().getFirst().name(), data);
  }

  private Quantizer add(Map<String, TensorData> inputs, int label) {
    Objects.requireNonNull(inputs, "inputs");
    Map<String, TensorData> sample = new LinkedHashMap<>();
    for (Value input : network.inputs()) {
      TensorData data = inputs.get(input.name());
      if (data == null || data.element() != input.type().element()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "inputs must have a tensor for %s, has %s",
                input,
                data == null ? inputs.keySet() : data.type()));
      }
      TensorData first = samples.isEmpty() ? data : samples.getFirst().get(input.name());
      if (first != null && !Arrays.equals(first.dims(), data.dims())) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "inputs must be of one size in all samples, %s was %s and is %s now",
                input.name(),
                first.type(),
                data.type()));
      }
      sample.put(input.name(), data);
    }
    samples.add(sample);
    labels.add(label);
    return this;
  }

  /**
   * Quantises. Each layer is tried alone on a few samples, which takes a compilation for each;
   * those that cost most go back to floats, one after the other, until the loss of all samples is
   * allowed.
   *
   * @param mostLoss the most that may be lost, see {@link #criterion}; for instance 0.01
   * @return the network, which the caller closes, and what became of each layer
   * @throws IllegalStateException if there are no samples, or none with labels and these count
   * @throws IllegalArgumentException if mostLoss is negative or NaN, or no layer has the name of
   *     one to be kept
   */
  public QuantizedNetwork quantize(double mostLoss) {
    if (!(mostLoss >= 0)) {
      throw new IllegalArgumentException("mostLoss must be at least 0, was " + mostLoss);
    }
    if (criterion == Loss.ACCURACY && labels.stream().allMatch(label -> label < 0)) {
      throw new IllegalStateException("the loss of accuracy needs samples with labels");
    }
    return run(mostLoss, true);
  }

  /**
   * Quantises all layers that can be, without a limit. None is tried alone, which takes two
   * compilations in all.
   *
   * @return the network, which the caller closes, and what it lost
   * @throws IllegalStateException if there are no samples
   * @throws IllegalArgumentException if no layer has the name of one to be kept
   */
  public QuantizedNetwork quantizeAll() {
    return run(Double.POSITIVE_INFINITY, false);
  }

  private QuantizedNetwork run(double mostLoss, boolean tries) {
    if (samples.isEmpty()) {
      throw new IllegalStateException("quantize needs samples, add typical inputs with sample()");
    }
    FloatLayers floats = FloatLayers.of(network.operations());
    for (String name : inFloats) {
      if (floats.layers().stream().noneMatch(layer -> layer.name().equals(name))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "network has no layer %s to be kept in floats, it has %s",
                name,
                floats.layers().stream().map(Layer::name).toList()));
      }
    }
    try (SampleRuns runs = new SampleRuns(threads)) {
      return new Run(runs, floats, mostLoss, tries).run();
    }
  }

  /** One quantisation. */
  private final class Run {
    private final SampleRuns runs;
    private final Graph graph;
    private final List<Layer> all;
    private final List<Layer> possible;
    private final double mostLoss;
    private final boolean tries;
    private final Answers answers = new Answers(network.operations().outputs(), labels);
    private final Map<Node, WholeWeights> weights = new HashMap<>();
    private final Map<Layer, Double> losses = new HashMap<>();
    private final int steps;
    private Map<String, Span> observed = Map.of();
    private int done;

    Run(SampleRuns runs, FloatLayers floats, double mostLoss, boolean tries) {
      this.runs = runs;
      this.graph = floats.graph();
      this.all = floats.layers();
      this.possible =
          all.stream()
              .filter(layer -> layer.reason().isEmpty() && !inFloats.contains(layer.name()))
              .toList();
      this.mostLoss = mostLoss;
      this.tries = tries;
      this.steps = 2 + (tries ? possible.size() : 0);
    }

    QuantizedNetwork run() {
      progress.at(0, steps);
      observe();
      step();
      if (tries) {
        List<Map<String, TensorData>> few = samples.subList(0, Math.min(TRIED_ON, samples.size()));
        for (Layer layer : possible) {
          losses.put(layer, compare(with(Set.of(layer)), few).loss());
          step();
        }
      }
      Set<Layer> kept = new LinkedHashSet<>(possible);
      Graph result = with(kept);
      Answers.Comparison comparison = compare(result, samples);
      for (Layer layer : worstFirst()) {
        if (loss(comparison) <= mostLoss) {
          break;
        }
        kept.remove(layer);
        result = with(kept);
        comparison = compare(result, samples);
      }
      progress.at(steps, steps);
      return new QuantizedNetwork(
          network.with(inMemory(result), notes(comparison)),
          all.stream().map(layer -> report(layer, kept)).toList(),
          comparison.loss(),
          comparison.sameClass(),
          comparison.lostAccuracy());
    }

    private void step() {
      progress.at(++done, steps);
    }

    private List<Layer> worstFirst() {
      List<Layer> worst = new ArrayList<>(possible);
      worst.sort(Comparator.comparingDouble(layer -> -losses.getOrDefault(layer, 0.0)));
      return worst;
    }

    private double loss(Answers.Comparison comparison) {
      return switch (criterion) {
        case OUTPUTS -> comparison.loss();
        case ACCURACY -> tries ? comparison.lostAccuracy() : 0;
      };
    }

    private QuantizedLayer report(Layer layer, Set<Layer> kept) {
      String reason = layer.reason();
      if (reason.isEmpty() && inFloats.contains(layer.name())) {
        reason = "asked for";
      } else if (reason.isEmpty() && !kept.contains(layer)) {
        reason = "with it the network loses more than allowed";
      }
      return new QuantizedLayer(
          layer.name(), layer.operator(), losses.getOrDefault(layer, Double.NaN), reason);
    }

    private Map<String, String> notes(Answers.Comparison comparison) {
      return Map.of(
          MADE_FOR,
          narrow ? "any" : "vnni",
          RANGES,
          ranges.name().toLowerCase(Locale.ROOT),
          SAMPLES,
          String.valueOf(samples.size()),
          LOSS,
          String.format(Locale.ROOT, "%.2e", comparison.loss()));
    }

    private Answers.Comparison compare(Graph quantized, List<Map<String, TensorData>> on) {
      Answers.Comparison comparison = answers.comparison();
      runs.run(quantized, on, comparison);
      return comparison;
    }

    private Graph with(Set<Layer> layers) {
      List<Node> products = layers.stream().flatMap(layer -> layer.nodes().stream()).toList();
      Map<String, Span> spans = RoundedValues.of(graph, products).tied(observed);
      Map<Node, WholeWeights> whole = new HashMap<>();
      for (Node product : products) {
        Span source = Objects.requireNonNull(spans.get(product.input(0)), product.input(0));
        WholeWeights made = weights.get(product);
        if (made == null || made.source() != source.scale()) {
          made =
              made == null
                  ? WholeWeights.of(
                      graph, product, source.scale(), narrow ? Quantization.NARROW : WIDE)
                  : made.withSource(graph, product, source.scale());
          weights.put(product, made);
        }
        whole.put(product, made);
      }
      return InsertPairs.of(graph, whole, spans);
    }

    /** Observes values on all samples; limits first, and then how often parts of them occur. */
    private void observe() {
      List<Node> products = possible.stream().flatMap(layer -> layer.nodes().stream()).toList();
      Map<String, Observation> observations = new LinkedHashMap<>();
      RoundedValues.of(graph, products)
          .names()
          .forEach(value -> observations.put(value, new Observation()));
      Set<String> names = new LinkedHashSet<>(graph.outputs());
      observations.keySet().stream()
          .filter(value -> graph.producer(value) != null)
          .forEach(names::add);
      Graph watched =
          new Graph(
              graph.name(), graph.inputs(), graph.constants(), graph.nodes(), List.copyOf(names));
      runs.run(
          watched,
          samples,
          (sample, outputs) -> {
            Map<String, TensorData> answer = new HashMap<>(outputs);
            answer.keySet().retainAll(graph.outputs());
            answers.add(answer);
            observations.forEach(
                (value, observation) -> observation.limit(value(sample, outputs, value)));
          });
      if (ranges != Ranges.MIN_MAX) {
        runs.run(
            watched,
            samples,
            (sample, outputs) ->
                observations.forEach(
                    (value, observation) -> observation.count(value(sample, outputs, value))));
      }
      observed = new HashMap<>();
      observations.forEach((value, observation) -> observed.put(value, observation.span(ranges)));
    }

    private TensorData value(int sample, Map<String, TensorData> outputs, String value) {
      @Nullable TensorData made = outputs.get(value);
      return Objects.requireNonNull(made == null ? samples.get(sample).get(value) : made, value);
    }
  }

  /** The same graph, whose constants need no file and no other network. */
  private static Graph inMemory(Graph graph) {
    Map<String, TensorData> constants = new LinkedHashMap<>();
    graph
        .constants()
        .forEach(
            (name, data) -> {
              byte[] bytes = data.segment().toArray(ValueLayout.JAVA_BYTE);
              constants.put(
                  name, TensorData.of(data.element(), MemorySegment.ofArray(bytes), data.dims()));
            });
    return new Graph(graph.name(), graph.inputs(), constants, graph.nodes(), graph.outputs());
  }
}
