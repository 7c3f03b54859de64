package io.github.octconv4j.graph.pass;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.graph.QuantizedConv;
import io.github.octconv4j.graph.QuantizedMatMul;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Small graphs before and after each pass that has to do with whole numbers. */
@SameOnEveryProcessor
class QuantizedPassesTest {
  private final GraphBuilder b = new GraphBuilder("g");
  private final Random random = new Random(4);

  private static TensorType bytes(ElementType type, long... dims) {
    return TensorType.of(type, dims);
  }

  private TensorData whole(ElementType type, long... dims) {
    int count = 1;
    for (long dim : dims) {
      count *= (int) dim;
    }
    byte[] values = new byte[count];
    random.nextBytes(values);
    return TensorData.of(type, MemorySegment.ofArray(values), dims);
  }

  private String number(ElementType type, int value) {
    return b.constant(TensorData.of(type, MemorySegment.ofArray(new byte[] {(byte) value})));
  }

  private String number(double value) {
    return b.constant(TensorData.of(new float[] {(float) value}));
  }

  private String dequantized(String x, double scale, ElementType type, int zero) {
    return b.add(new DequantizeLinear(1, 0), x, number(scale), number(type, zero));
  }

  private String quantized(String x, double scale, ElementType type, int zero) {
    return b.add(new QuantizeLinear(1, 0, type), x, number(scale), number(type, zero));
  }

  private String convolved(String x) {
    String w =
        b.add(
            new DequantizeLinear(0, 0),
            b.constant(whole(ElementType.I8, 4, 4, 1, 1)),
            b.constant(TensorData.of(new float[] {.01f, .02f, .03f, .04f}, 4)));
    return b.add(new Conv(Window.of(1, 1), 1), x, w);
  }

  private static List<String> operators(Graph graph) {
    return new DropDeadNodes().apply(graph).nodes().stream().map(node -> node.op().name()).toList();
  }

  private static Quantized form(Graph graph) {
    return graph.nodes().stream()
        .map(Node::op)
        .filter(Quantized.class::isInstance)
        .map(Quantized.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /** Both graphs give the same for random inputs, but for steps of rounding. */
  private void agree(Graph before, Graph after, int steps) {
    Map<String, TensorData> x = new HashMap<>();
    before.inputs().forEach(in -> x.put(in.name(), whole(in.type().element(), in.type().sizes())));
    Map<String, TensorData> expected = Interpreter.ofHeap().run(before, x);
    Map<String, TensorData> actual = Interpreter.ofHeap().run(after, x);
    expected.forEach(
        (name, data) -> {
          assertThat(actual.get(name).type()).isEqualTo(data.type());
          for (int i = 0; i < data.count(); i++) {
            assertThat(Math.abs(actual.get(name).doubleAt(i) - data.doubleAt(i)))
                .as("element %d of %s", i, name)
                .isLessThanOrEqualTo(data.element().isInteger() ? steps : 1e-5);
          }
        });
  }

  @Test
  void pairsAroundAConvolutionAreFused() {
    String x = b.input("x", bytes(ElementType.U8, 1, 4, 2, 3));
    String y = convolved(dequantized(x, .02, ElementType.U8, 7));
    y = b.add(new Clip(), y, number(0), number(6));
    Graph before = b.output(quantized(y, 6 / 255.0, ElementType.U8, 0)).build();
    Graph after = new FuseQuantized().apply(before);
    assertThat(operators(after)).containsExactly("QuantizedConv");
    // Limits at the ends of what 8 bits hold need not be told.
    assertThat(form(after).low()).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(form(after).high()).isEqualTo(Float.POSITIVE_INFINITY);
    agree(before, after, 0);
    assertThat(new FuseQuantized().apply(after)).isSameAs(after);
  }

  @Test
  void limitsWithinTheRangeStay() {
    String x = b.input("x", bytes(ElementType.I8, 1, 4, 2, 3));
    String y = convolved(dequantized(x, .02, ElementType.I8, 0));
    y = b.add(Unary.of(UnaryFunction.RELU), y);
    Graph before = b.output(quantized(y, .05, ElementType.I8, 0)).build();
    Graph after = new FuseQuantized().apply(before);
    assertThat(operators(after)).containsExactly("QuantizedConv");
    assertThat(form(after).low()).isZero();
    agree(before, after, 0);
  }

  @Test
  void aResultThatIsNotQuantisedIsOfFloats() {
    String x = b.input("x", bytes(ElementType.U8, 1, 4, 2, 3));
    Graph before = b.output(convolved(dequantized(x, .02, ElementType.U8, 7))).build();
    Graph after = new FuseQuantized().apply(before);
    assertThat(operators(after)).containsExactly("QuantizedConv");
    assertThat(form(after).to()).isEqualTo(ElementType.F32);
    agree(before, after, 0);
  }

  /** Of two convolutions that are added the later takes the sum along, and its rounding goes. */
  @Test
  void sumsAreFused() {
    String x = b.input("x", bytes(ElementType.U8, 1, 4, 2, 3));
    String real = dequantized(x, .02, ElementType.U8, 7);
    String one = quantized(convolved(real), 1, ElementType.U8, 128);
    String two = quantized(convolved(real), 1, ElementType.U8, 128);
    String sum =
        b.add(
            new Binary(BinaryFunction.ADD),
            dequantized(one, 1, ElementType.U8, 128),
            dequantized(two, 1, ElementType.U8, 128));
    Graph before = b.output(quantized(sum, 1, ElementType.U8, 120)).build();
    Graph after = new FuseQuantized().apply(before);
    assertThat(operators(after)).containsExactly("QuantizedConv", "QuantizedConv");
    assertThat(after.nodes().stream().filter(n -> n.op() instanceof Quantized q && q.added() > 0))
        .hasSize(1);
    agree(before, after, 1);
  }

  /** Two sums behind one another go along with the later convolution, whatever rounds between. */
  @Test
  void sumsOfThreeAreFused() {
    String x = b.input("x", bytes(ElementType.U8, 1, 4, 2, 3));
    String y = b.input("y", bytes(ElementType.U8, 1, 4, 2, 3));
    String real = dequantized(x, .02, ElementType.U8, 7);
    String one = quantized(convolved(real), 1, ElementType.U8, 128);
    String two = quantized(convolved(real), 1, ElementType.U8, 128);
    String sum =
        b.add(
            new Binary(BinaryFunction.ADD),
            dequantized(one, 1, ElementType.U8, 128),
            dequantized(two, 1, ElementType.U8, 128));
    String rounded = dequantized(quantized(sum, 1, ElementType.U8, 100), 1, ElementType.U8, 100);
    String all =
        b.add(new Binary(BinaryFunction.ADD), rounded, dequantized(y, .5, ElementType.U8, 128));
    String relu = b.add(Unary.of(UnaryFunction.RELU), all);
    Graph before = b.output(quantized(relu, 1, ElementType.U8, 120)).build();
    Graph after = new FuseQuantized().apply(before);
    assertThat(operators(after)).containsExactly("QuantizedConv", "QuantizedConv");
    assertThat(after.nodes().stream().filter(n -> n.op() instanceof Quantized q && q.added() == 2))
        .hasSize(1);
    agree(before, after, 2);
    Graph split = new SplitQuantized((graph, node) -> false).apply(after);
    assertThat(operators(split)).filteredOn("Add"::equals).hasSize(2);
    agree(after, split, 0);
  }

  /** What picks elements does so with whole numbers, and a mean keeps its steps. */
  @Test
  void pairsAroundWhatPicksDisappear() {
    String x = b.input("x", bytes(ElementType.I8, 1, 4, 6, 6));
    String real = dequantized(x, .02, ElementType.I8, 6);
    String conv = quantized(convolved(real), .125, ElementType.I8, -4);
    String back = dequantized(conv, .125, ElementType.I8, -4);
    Window two = Window.of(2, 2).strides(2, 2);
    String most = b.add(Pool.of(PoolKind.MAX, two), back);
    String mean = b.add(Pool.of(PoolKind.AVERAGE, two), back);
    String again = dequantized(quantized(mean, .125, ElementType.I8, -4), .125, ElementType.I8, -4);
    String twice =
        b.add(
            Resize.of(Resize.Mode.NEAREST, Resize.Coordinates.ASYMMETRIC, Resize.Nearest.FLOOR),
            dequantized(quantized(most, .125, ElementType.I8, -4), .125, ElementType.I8, -4),
            "",
            b.constant(TensorData.of(new float[] {1, 1, 2, 2}, 4)));
    String one = quantized(convolved(twice), 1, ElementType.U8, 128);
    String other = quantized(convolved(again), 1, ElementType.U8, 128);
    Graph before = b.output(one, other).build();
    Graph after = new FuseQuantized().apply(new SinkDequantized().apply(before));
    assertThat(operators(after))
        .containsExactlyInAnyOrder(
            "QuantizedConv",
            "MaxPool",
            "Resize",
            "QuantizedAveragePool",
            "QuantizedConv",
            "QuantizedConv");
    agree(before, after, 0);
    assertThat(new SinkDequantized().apply(after)).isSameAs(after);
    Graph unsigned = new DropDeadNodes().apply(new UnsignedActivations().apply(after));
    for (Node node : unsigned.nodes()) {
      assertThat(unsigned.type(node.output()).element()).isEqualTo(ElementType.U8);
    }
    agree(before, unsigned, 0);
  }

  /** Pairs of other steps round, and stay. */
  @Test
  void pairsOfOtherStepsStay() {
    String x = b.input("x", bytes(ElementType.U8, 1, 4, 6, 6));
    Window two = Window.of(2, 2).strides(2, 2);
    String most = b.add(Pool.of(PoolKind.MAX, two), dequantized(x, .02, ElementType.U8, 6));
    String mean = b.add(Pool.of(PoolKind.AVERAGE, two), dequantized(x, .02, ElementType.U8, 6));
    String same = quantized(most, .02, ElementType.U8, 6);
    Graph before =
        b.output(
                same,
                quantized(most, .03, ElementType.U8, 6),
                quantized(most, .02, ElementType.I8, 6),
                quantized(mean, .02, ElementType.U8, 8))
            .build();
    Graph after = new FuseQuantized().apply(new SinkDequantized().apply(before));
    assertThat(operators(after)).filteredOn("QuantizeLinear"::equals).hasSize(3);
    assertThat(operators(after)).contains("AveragePool").doesNotContain("QuantizedAveragePool");
    agree(before, after, 0);
  }

  /** What others read stays, and so does what has weights of floats. */
  @Test
  void whatIsReadElsewhereStays() {
    String x = b.input("x", bytes(ElementType.U8, 1, 4, 2, 3));
    String y = convolved(dequantized(x, .02, ElementType.U8, 7));
    String relu = b.add(Unary.of(UnaryFunction.RELU), y);
    Graph before = b.output(y, quantized(relu, .05, ElementType.U8, 0)).build();
    Graph after = new FuseQuantized().apply(before);
    assertThat(operators(after)).containsExactly("QuantizedConv", "Relu", "QuantizeLinear");
    agree(before, after, 0);
  }

  @Test
  void operatorsGetTheForm() {
    String x = b.input("x", bytes(ElementType.U8, 1, 4, 3, 3));
    String m = b.input("m", bytes(ElementType.I8, 2, 5));
    String zero = number(ElementType.U8, 9);
    String w = b.constant(whole(ElementType.I8, 3, 4, 2, 2));
    int[] bias = {100, -200, 300};
    String sums = b.add(new QuantizedConv(Window.of(2, 2), 1, false), x, w, zero);
    String scaled =
        b.add(
            new QuantizedConv(Window.of(2, 2), 1, true),
            x,
            number(.02),
            zero,
            w,
            b.constant(TensorData.of(new float[] {.01f, .02f, .03f}, 3)),
            number(ElementType.I8, 0),
            number(.1),
            number(ElementType.U8, 100),
            b.constant(TensorData.of(ElementType.I32, MemorySegment.ofArray(bias), 3)));
    String product = b.add(new QuantizedMatMul(false), m, b.constant(whole(ElementType.U8, 5, 2)));
    Graph before = b.output(sums, scaled, product).build();
    Graph after = new QuantizedOperators().apply(before);
    assertThat(operators(after))
        .containsExactly("QuantizedConv", "QuantizedConv", "QuantizedMatMul");
    agree(before, after, 1);
  }

  @Test
  void weightsBecomeSymmetric() {
    String x = b.input("x", bytes(ElementType.U8, 2, 3));
    String narrow =
        b.constant(
            TensorData.of(
                ElementType.U8, MemorySegment.ofArray(new byte[] {120, -100, 127}), 3, 1));
    String wide =
        b.constant(
            TensorData.of(ElementType.U8, MemorySegment.ofArray(new byte[] {0, -1, 127}), 3, 1));
    String some = b.add(new QuantizedMatMul(false), x, narrow, "", number(ElementType.U8, 128));
    String other = b.add(new QuantizedMatMul(false), x, wide, "", number(ElementType.U8, 3));
    Graph before = b.output(some, other).build();
    Graph after = new SymmetricWeights().apply(new QuantizedOperators().apply(before));
    for (Node node : after.nodes()) {
      assertThat(after.constant(node.input(3)).element()).isEqualTo(ElementType.I8);
    }
    assertThat(after.nodes().getFirst().input(5)).isEmpty();
    assertThat(after.constant(after.nodes().getLast().input(5)).longAt(0)).isEqualTo(3 - 128);
    agree(before, after, 0);
  }

  @Test
  void activationsBecomeUnsigned() {
    String x = b.input("x", bytes(ElementType.I8, 1, 4, 2, 3));
    String y =
        quantized(convolved(dequantized(x, .02, ElementType.I8, 7)), .1, ElementType.I8, -128);
    String z =
        quantized(convolved(dequantized(y, .1, ElementType.I8, -128)), .3, ElementType.I8, 5);
    Graph before = new FuseQuantized().apply(b.output(z).build());
    Graph after = new UnsignedActivations().apply(before);
    Node first = new DropDeadNodes().apply(after).nodes().getFirst();
    assertThat(after.type(first.output()).element()).isEqualTo(ElementType.U8);
    assertThat(after.type(z).element()).isEqualTo(ElementType.I8); // which leaves
    agree(before, after, 0);
    assertThat(new UnsignedActivations().apply(after)).isSameAs(after);
  }

  @Test
  void whatIsSlowIsSplit() {
    String x = b.input("x", bytes(ElementType.U8, 1, 4, 2, 3));
    String real = dequantized(x, .02, ElementType.U8, 7);
    String sum = b.add(new Binary(BinaryFunction.ADD), convolved(real), real);
    String y = b.add(Unary.of(UnaryFunction.RELU), sum);
    Graph before = b.output(quantized(y, .05, ElementType.U8, 20)).build();
    Graph fused = new FuseQuantized().apply(before);
    assertThat(operators(fused)).containsExactly("QuantizedConv");
    assertThat(new SplitQuantized((graph, node) -> true).apply(fused)).isSameAs(fused);
    Graph split = new SplitQuantized((graph, node) -> false).apply(fused);
    assertThat(operators(split))
        .containsExactlyInAnyOrder(
            "DequantizeLinear",
            "DequantizeLinear",
            "Conv",
            "DequantizeLinear",
            "Add",
            "Clip",
            "QuantizeLinear");
    agree(before, split, 0);
  }
}
