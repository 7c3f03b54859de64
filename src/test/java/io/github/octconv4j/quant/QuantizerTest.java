package io.github.octconv4j.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuantizerTest {
  private static final int SAMPLES = 4;

  private final List<Network> networks = new ArrayList<>();
  private final Random random = new Random(9);

  @AfterEach
  void close() {
    networks.forEach(Network::close);
  }

  private TensorData floats(double size, long... dims) {
    return floats(random, size, dims);
  }

  private static TensorData floats(Random random, double size, long... dims) {
    float[] values = new float[(int) Arrays.stream(dims).reduce(1, (p, q) -> p * q)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (size * random.nextGaussian());
    }
    return TensorData.of(values, dims);
  }

  /** A small residual network with a classifier. */
  private Graph network() {
    GraphBuilder b = new GraphBuilder("net");
    String x = b.input("x", TensorType.of(ElementType.F32, 1, 3, 12, 12));
    Window three = Window.of(3, 3).pads(1, 1, 1, 1);
    String y =
        b.add(
            new Conv(three, 1), x, b.constant(floats(.3, 16, 3, 3, 3)), b.constant(floats(.2, 16)));
    y = b.add(Unary.of(UnaryFunction.RELU), y);
    String deep =
        b.add(
            new Conv(three, 16),
            y,
            b.constant(floats(.4, 16, 1, 3, 3)),
            b.constant(floats(.2, 16)));
    deep = b.add(Unary.of(UnaryFunction.RELU), deep);
    deep =
        b.add(
            new Conv(Window.of(1, 1), 1),
            deep,
            b.constant(floats(.3, 16, 16, 1, 1)),
            b.constant(floats(.2, 16)));
    y = b.add(Unary.of(UnaryFunction.RELU), b.add(new Binary(BinaryFunction.ADD), deep, y));
    y = b.add(new Flatten(1), b.add(new GlobalPool(PoolKind.AVERAGE, 0), y));
    String scores =
        b.add(
            new Gemm(1, 1, false, true),
            y,
            b.constant(floats(.3, 10, 16)),
            b.constant(floats(.2, 10)));
    return b.output(scores).build();
  }

  private Quantizer quantizer(Graph graph) {
    Quantizer quantizer = new Quantizer(open(Network.of(graph)));
    Random same = new Random(10); // for each quantizer
    for (int i = 0; i < SAMPLES; i++) {
      quantizer.sample(Map.of("x", floats(same, 1, 1, 3, 12, 12)));
    }
    return quantizer;
  }

  private Network open(Network network) {
    networks.add(network);
    return network;
  }

  private Graph graph(QuantizedNetwork result) {
    return open(result.network()).operations();
  }

  private static long count(Graph graph, Class<?> operation) {
    return graph.nodes().stream().filter(node -> operation.isInstance(node.op())).count();
  }

  @ParameterizedTest
  @EnumSource(Ranges.class)
  void quantises(Ranges ranges) {
    Graph graph = network();
    QuantizedNetwork result = quantizer(graph).ranges(ranges).quantize(0.02);
    assertThat(result.layers())
        .hasSize(4)
        .allMatch(QuantizedLayer::quantized)
        .allSatisfy(layer -> assertThat(layer.loss()).isBetween(0.0, 0.02));
    assertThat(result.loss()).isBetween(1e-9, 0.02);
    Graph quantized = graph(result);
    // What each layer reads, what is added and added to, and what the mean is of, and its result.
    assertThat(count(quantized, QuantizeLinear.class)).isEqualTo(7);
    assertThat(count(quantized, DequantizeLinear.class)).isEqualTo(7 + 4 + 4);
    Map<String, TensorData> x = Map.of("x", floats(1, 1, 3, 12, 12));
    String output = graph.outputs().getFirst();
    double[] floats = Interpreter.ofHeap().run(graph, x).get(output).toDoubles();
    double[] bytes = Interpreter.ofHeap().run(quantized, x).get(output).toDoubles();
    double largest = Arrays.stream(floats).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < floats.length; i++) {
      assertThat(bytes[i]).isBetween(floats[i] - .15 * largest, floats[i] + .15 * largest);
    }
  }

  /** Behind ReLU zero stands for zero, so that all 256 steps are above it. */
  @Test
  void rangesBehindReluBeginAtZero() {
    Graph graph = graph(quantizer(network()).quantize(1));
    for (Node node : graph.nodes()) {
      if (node.op() instanceof QuantizeLinear) {
        Node made = graph.producer(node.input(0));
        boolean relu = made != null && made.op() instanceof Unary;
        long zero = graph.constant(node.input(2)).longAt(0);
        assertThat(zero == 0).as(node.toString()).isEqualTo(relu || isMean(made));
      }
    }
  }

  private static boolean isMean(Node made) {
    return made != null && (made.op() instanceof Flatten || made.op() instanceof GlobalPool);
  }

  @Test
  void whatIsNotAllowedStaysInFloats() {
    Graph graph = network();
    QuantizedNetwork floats = quantizer(graph).quantize(0);
    assertThat(floats.layers()).hasSize(4).noneMatch(QuantizedLayer::quantized);
    assertThat(floats.loss()).isLessThan(1e-12);
    QuantizedNetwork whole = quantizer(graph).quantize(1);
    double some = whole.loss() * 0.7;
    QuantizedNetwork between = quantizer(graph).quantize(some);
    assertThat(between.loss()).isLessThanOrEqualTo(some);
    double worst = between.layers().stream().mapToDouble(QuantizedLayer::loss).max().orElseThrow();
    assertThat(between.layers())
        .filteredOn(layer -> layer.loss() == worst)
        .noneMatch(QuantizedLayer::quantized);
  }

  @Test
  void weightsAreNarrowWhereAsked() {
    for (boolean narrow : new boolean[] {false, true}) {
      Graph graph = graph(quantizer(network()).narrowWeights(narrow).quantize(1));
      long most =
          graph.constants().values().stream()
              .filter(data -> data.element() == ElementType.I8)
              .flatMapToLong(data -> Arrays.stream(data.toLongs()))
              .map(Math::abs)
              .max()
              .orElseThrow();
      assertThat(most).isEqualTo(narrow ? 64 : 127);
    }
  }

  /** One value far off takes all steps from the others, unless it is cut off. */
  @Test
  void outliersAreCutOff() {
    Observation observation = new Observation();
    float[] values = new float[300_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    values[7] = 100;
    TensorData data = TensorData.of(values, values.length);
    observation.limit(data);
    observation.count(data);
    assertThat(observation.span(Ranges.MIN_MAX)).isEqualTo(new Span(0, 100));
    assertThat(observation.span(Ranges.PERCENTILE).high()).isBetween(0.99f, 1.1f);
    assertThat(observation.span(Ranges.MSE).high()).isLessThan(100);
  }

  @Test
  void missingSamplesAreNamed() {
    Quantizer quantizer = new Quantizer(open(Network.of(network())));
    assertThatThrownBy(() -> quantizer.quantize(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("sample()");
    assertThatThrownBy(() -> quantizer.sample(Map.of("y", floats(1, 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("x");
    assertThatThrownBy(() -> quantizer.quantize(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
