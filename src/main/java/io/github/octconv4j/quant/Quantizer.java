package io.github.octconv4j.quant;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.Quantization;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.TensorData;
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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

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
  private static final int MOST_THREADS = 1024;

  private final Network network;
  private final Samples samples;
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
    this.samples = new Samples(network.inputs());
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
    samples.add(Objects.requireNonNull(inputs, "inputs"));
    return this;
  }

  /**
   * Adds a typical picture, which is scaled and normalised as the network wants it.
   *
   * @return this
   * @throws IllegalStateException if the network does not classify images
   */
  public Quantizer sample(Image image) {
    samples.add(picture(image));
    return this;
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
    samples.add(picture(image), index);
    return this;
  }

  private Map<String, TensorData> picture(Image image) {
    NetworkInfo info = network.info();
    float[] values = new ImageInput(info).values(Objects.requireNonNull(image, "image"));
    TensorData data = TensorData.of(values, 1, info.channels(), info.height(), info.width());
    return Map.of(network.inputs().getFirst().name(), data);
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
    if (criterion == Loss.ACCURACY && !samples.hasLabels()) {
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
    requireNames(floats.layers());
    List<Layer> possible =
        floats.layers().stream()
            .filter(layer -> layer.reason().isEmpty() && !inFloats.contains(layer.name()))
            .toList();
    Steps steps = new Steps(2 + (tries ? possible.size() : 0));
    try (SampleRuns runs = new SampleRuns(threads)) {
      List<Node> products = possible.stream().flatMap(layer -> layer.nodes().stream()).toList();
      Answers answers = new Answers(network.operations().outputs(), samples);
      Map<String, Span> observed =
          new Observations(floats.graph(), products, samples).spans(runs, ranges, answers);
      steps.next();
      WholeGraphs graphs =
          new WholeGraphs(floats.graph(), observed, narrow ? Quantization.NARROW : WIDE);
      LayerChooser chooser = new LayerChooser(graphs, samples, runs, answers);
      LayerChoice choice =
          tries
              ? chooser.within(possible, criterion, mostLoss, steps::next)
              : chooser.all(possible);
      steps.end();
      return new QuantizedNetwork(
          network.with(inMemory(choice.graph()), notes(choice.comparison())),
          floats.layers().stream().map(layer -> report(layer, choice)).toList(),
          choice.comparison().loss(),
          choice.comparison().sameClass(),
          choice.comparison().lostAccuracy());
    }
  }

  private void requireNames(List<Layer> layers) {
    for (String name : inFloats) {
      if (layers.stream().noneMatch(layer -> layer.name().equals(name))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "network has no layer %s to be kept in floats, it has %s",
                name,
                layers.stream().map(Layer::name).toList()));
      }
    }
  }

  /** What the listener is told of. */
  private final class Steps {
    private final int count;
    private int done;

    Steps(int count) {
      this.count = count;
      progress.at(0, count);
    }

    void next() {
      progress.at(++done, count);
    }

    void end() {
      progress.at(count, count);
    }
  }

  private QuantizedLayer report(Layer layer, LayerChoice choice) {
    String reason = layer.reason();
    if (reason.isEmpty() && inFloats.contains(layer.name())) {
      reason = "asked for";
    } else if (reason.isEmpty() && !choice.layers().contains(layer)) {
      reason = "with it the network loses more than allowed";
    }
    return new QuantizedLayer(layer.name(), layer.operator(), choice.loss(layer), reason);
  }

  private Map<String, String> notes(Answers.Comparison comparison) {
    return Map.of(
        MADE_FOR,
        narrow ? "any" : "vnni",
        RANGES,
        ranges.name().toLowerCase(Locale.ROOT),
        SAMPLES,
        String.valueOf(samples.all().size()),
        LOSS,
        String.format(Locale.ROOT, "%.2e", comparison.loss()));
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
