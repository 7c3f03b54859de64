package io.github.octconv4j.graph.pass;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.graph.BatchNormalization;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.ConvTranspose;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Gather;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Identity;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.OutputFunction;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.Shape;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Tile;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Unsqueeze;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Small graphs before and after each pass. */
@SameOnEveryProcessor
class PassesTest {
  private final GraphBuilder b = new GraphBuilder("g");
  private final Random random = new Random(3);

  private static TensorType f32(long... dims) {
    return TensorType.of(ElementType.F32, dims);
  }

  private String floats(long... dims) {
    long count = 1;
    for (long dim : dims) {
      count *= dim;
    }
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() + 0.1f;
    }
    return b.constant(TensorData.of(values, dims));
  }

  private String ints(long... values) {
    return b.constant(TensorData.ofLongs(values));
  }

  private static List<String> operators(Graph graph) {
    return graph.nodes().stream().map(node -> node.op().name()).toList();
  }

  /** Both graphs give the same for random inputs. */
  private void agree(Graph before, Graph after) {
    Map<String, TensorData> x = new HashMap<>();
    before
        .inputs()
        .forEach(
            input -> {
              long count = 1;
              for (long dim : input.type().sizes()) {
                count *= dim;
              }
              float[] values = new float[(int) count];
              for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat() - 0.5f;
              }
              x.put(input.name(), TensorData.of(values, input.type().sizes()));
            });
    Map<String, TensorData> expected = new Interpreter(1 << 24).run(before, x);
    Map<String, TensorData> actual = new Interpreter(1 << 24).run(after, x);
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, data) ->
            assertThat(actual.get(name).toFloats())
                .containsExactly(data.toFloats(), Offset.offset(1e-5f)));
  }

  @Test
  void shapeArithmeticIsFoldedForEachSize() {
    String x =
        b.input(
            "x", new TensorType(ElementType.F32, List.of(Dim.unknown("n"), Dim.of(4), Dim.of(2))));
    String n = b.add(new Gather(0), b.add(Shape.all(), x), ints(0));
    String shape = b.add(new Concat(0), n, ints(-1));
    Graph graph = b.output(b.add(new Reshape(false), x, shape)).build();

    assertThat(operators(new FoldConstants().apply(graph))) // the size is not known
        .containsExactly("Shape", "Gather", "Concat", "Reshape");
    Graph folded = new FoldConstants().apply(graph.bind(Map.of("x", new long[] {3, 4, 2})));
    assertThat(operators(folded)).containsExactly("Reshape");
    assertThat(folded.type(folded.outputs().getFirst())).isEqualTo(f32(3, 8));
    assertThat(folded.constant(shape)).hasToString("I64[2] {3, -1}");
  }

  @Test
  void whatWouldBeLargeIsLeftToTheRun() {
    String one = b.add(new Tile(), ints(1), ints(2));
    String many = b.add(new Tile(), ints(7), ints(1 << 20));
    Graph folded = new FoldConstants().apply(b.output(one, many).build());
    assertThat(folded.constant(one)).hasToString("I64[2] {1, 1}");
    assertThat(operators(folded)).containsExactly("Tile");
  }

  @Test
  void nodesThatChangeNothingAreDropped() {
    String x = b.input("x", f32(1, 2, 3));
    String y = b.add(new Identity(), x);
    y = b.add(new Pad(PadMode.CONSTANT), y, ints(0, 0, 0, 0, 0, 0));
    y = b.add(new Transpose(List.of(0L, 1L, 2L)), y);
    y = b.add(new Reshape(false), y, ints(1, 2, 3));
    y = b.add(new Slice(), y, ints(0), ints(9), ints(1));
    y = b.add(new Binary(BinaryFunction.SUM), y);
    y = b.add(Unary.of(UnaryFunction.RELU), y);
    Graph graph = b.output(y).build();
    Graph after = new DropIdentities().apply(graph);
    assertThat(operators(after)).containsExactly("Relu");
    assertThat(after.nodes().getFirst().inputs()).containsExactly("x");
    agree(graph, after);
  }

  @Test
  void nodesThatOnlyLookLikeThatStay() {
    String x = b.input("x", f32(2, 2));
    String moved = b.add(new Pad(PadMode.CONSTANT), x, ints(1, 0, -1, 0)); // same shape
    String turned = b.add(new Slice(), moved, ints(-1), ints(-9), ints(0), ints(-1));
    String swapped = b.add(new Transpose(List.of()), turned);
    Graph graph = b.output(b.add(new Identity(), swapped)).build(); // an output keeps its name
    assertThat(new DropIdentities().apply(graph).nodes()).hasSize(4);
  }

  @Test
  void deadNodesAndConstantsAreDropped() {
    String x = b.input("x", f32(2));
    b.add(new Binary(BinaryFunction.ADD), x, floats(2));
    Graph after =
        new DropDeadNodes().apply(b.output(b.add(Unary.of(UnaryFunction.ABS), x)).build());
    assertThat(operators(after)).containsExactly("Abs");
    assertThat(after.constants()).isEmpty();
  }

  private String norm(String x, int channels) {
    return b.add(
        new BatchNormalization(1e-3f, 0.9f, false),
        x,
        floats(channels),
        floats(channels),
        floats(channels),
        floats(channels));
  }

  private static final Conv THREE = new Conv(Window.of(3, 3).pads(1, 1, 1, 1), 1);

  @Test
  void batchNormBecomesPartOfAConvolution() {
    String x = b.input("x", f32(1, 3, 4, 4));
    String y = norm(b.add(THREE, x, floats(5, 3, 3, 3)), 5);
    y = norm(b.add(THREE, y, floats(2, 5, 3, 3), floats(2)), 2);
    Graph graph = b.output(y).build();
    Graph after = new DropDeadNodes().apply(new FoldBatchNorm().apply(graph));
    assertThat(operators(after)).containsExactly("Conv", "Conv");
    assertThat(after.outputs()).containsExactly(y);
    assertThat(after.constants()).hasSize(4);
    agree(graph, after);
  }

  @Test
  void batchNormOfASumScalesEachPath() {
    String x = b.input("x", f32(1, 3, 4, 4));
    String low = b.input("low", f32(1, 2, 2, 2));
    Resize twice =
        Resize.of(Resize.Mode.NEAREST, Resize.Coordinates.ASYMMETRIC, Resize.Nearest.FLOOR);
    String up =
        b.add(
            twice,
            b.add(THREE, low, floats(5, 2, 3, 3), floats(5)),
            "",
            b.constant(TensorData.of(new float[] {1, 1, 2, 2}, 4)));
    String sum = b.add(new Binary(BinaryFunction.ADD), b.add(THREE, x, floats(5, 3, 3, 3)), up);
    Graph graph = b.output(norm(sum, 5)).build();
    Graph after = new FoldBatchNorm().apply(graph);
    assertThat(operators(after)).containsExactlyInAnyOrder("Conv", "Conv", "Resize", "Add");
    agree(graph, after);
  }

  @Test
  void batchNormStaysWhereOthersReadTheConvolutionOrTheSumIsOfOthers() {
    String x = b.input("x", f32(1, 3, 4, 4));
    String y = b.add(THREE, x, floats(3, 3, 3, 3));
    String shared = norm(y, 3);
    String other =
        norm(b.add(new Binary(BinaryFunction.ADD), b.add(THREE, x, floats(3, 3, 3, 3)), x), 3);
    Graph graph = b.output(y, shared, other).build();
    assertThat(new FoldBatchNorm().apply(graph).nodes()).hasSameSizeAs(graph.nodes());
  }

  @Test
  void theChainOfAllOfThem() {
    String x = b.input("x", f32(1, 3, 4, 4));
    String padded = b.add(new Pad(PadMode.CONSTANT), x, b.add(new Tile(), ints(0), ints(8)));
    String y = norm(b.add(THREE, padded, floats(5, 3, 3, 3)), 5);
    b.add(new Node("dead", new Unsqueeze(), List.of(y, ints(0)), List.of("dead")));
    Graph graph = b.output(y).build();
    Graph after = Passes.simplify(graph);
    assertThat(operators(after)).containsExactly("Conv");
    agree(graph, after);
  }

  @Test
  void zerosAroundImagesBecomePaddingOfWhatReadsThem() {
    String x = b.input("x", f32(1, 3, 6, 6));
    String y = b.add(new Pad(PadMode.CONSTANT), x, ints(0, 0, 0, 0, 0, 0, 1, 1));
    y = b.add(THREE, y, floats(4, 3, 3, 3));
    y = b.add(new Pad(PadMode.CONSTANT), y, ints(1, 0, 1, 2), "", ints(2, -1));
    y = b.add(Pool.of(PoolKind.AVERAGE, Window.of(3, 3).strides(2, 2)), y);
    Graph before = b.output(y).build();
    Graph after = new FoldPads().apply(before);
    assertThat(operators(after)).containsExactly("Conv", "AveragePool");
    agree(before, after);
  }

  @Test
  void otherPaddingStays() {
    String x = b.input("x", f32(1, 3, 6, 6));
    String ones = b.constant(TensorData.of(new float[] {1}));
    String number = b.add(new Pad(PadMode.CONSTANT), x, ints(0, 0, 1, 1, 0, 0, 1, 1), ones);
    String edge = b.add(new Pad(PadMode.EDGE), x, ints(0, 0, 1, 1, 0, 0, 1, 1));
    String less = b.add(new Pad(PadMode.CONSTANT), x, ints(0, 0, -1, 0, 0, 0, 1, 1));
    String channels = b.add(new Pad(PadMode.CONSTANT), x, ints(0, 1, 0, 0, 0, 0, 0, 0));
    String most = b.add(new Pad(PadMode.CONSTANT), x, ints(0, 0, 1, 1, 0, 0, 1, 1));
    String shared = b.add(new Pad(PadMode.CONSTANT), x, ints(0, 0, 1, 1, 0, 0, 1, 1));
    String weights = floats(4, 3, 3, 3);
    Graph graph =
        b.output(
                b.add(THREE, number, weights),
                b.add(THREE, edge, weights),
                b.add(THREE, less, weights),
                b.add(THREE, channels, floats(4, 4, 3, 3)),
                b.add(Pool.of(PoolKind.MAX, Window.of(2, 2)), most),
                b.add(THREE, shared, weights),
                shared)
            .build();
    assertThat(new FoldPads().apply(graph)).isSameAs(graph);
  }

  /** {@code x * sigmoid(x)}, and three ways to write HardSwish. */
  @Test
  void productsWithAGateBecomeOneFunction() {
    Binary mul = new Binary(BinaryFunction.MUL);
    Binary add = new Binary(BinaryFunction.ADD);
    String x = b.input("x", f32(2, 3));
    String three = b.constant(TensorData.of(new float[] {3}));
    String six = b.constant(TensorData.of(new float[] {6}));
    String zero = b.constant(TensorData.of(new float[] {0}));
    String sixth = b.constant(TensorData.of(new float[] {1 / 6f}));
    String y = b.add(mul, x, b.add(Unary.of(UnaryFunction.SIGMOID), x));
    y = b.add(mul, b.add(new Unary(UnaryFunction.HARD_SIGMOID, 1 / 6f, 0.5f), y), y);
    y = b.add(mul, y, b.add(new Clip(), b.add(add, three, y), zero, six));
    y = b.add(new Binary(BinaryFunction.DIV), y, six);
    y = b.add(mul, b.add(new Clip(), b.add(add, y, three), zero, six), y);
    Graph before = b.output(b.add(mul, sixth, y)).build();
    Graph after = new FuseGates().apply(before);
    assertThat(operators(after)).containsExactly("Swish", "HardSwish", "HardSwish", "HardSwish");
    agree(before, after);
  }

  @Test
  void otherProductsStay() {
    Binary mul = new Binary(BinaryFunction.MUL);
    String x = b.input("x", f32(2, 3));
    String other = b.input("other", f32(2, 3));
    String gate = b.add(Unary.of(UnaryFunction.SIGMOID), x);
    Graph graph =
        b.output(
                b.add(mul, x, gate), // which leaves as well
                gate,
                b.add(mul, x, b.add(Unary.of(UnaryFunction.SIGMOID), other)),
                b.add(mul, x, b.add(Unary.of(UnaryFunction.HARD_SIGMOID), x)))
            .build();
    assertThat(new FuseGates().apply(graph)).isSameAs(graph);
  }

  @Test
  void transposedConvolutionsBecomeConvolutions() {
    String x = b.input("x", f32(2, 3, 4, 5));
    Window window = Window.of(3, 4).strides(2, 2).pads(1, 0, 0, 1);
    ConvTranspose op = new ConvTranspose(window, 1, List.of(1L, 0L), List.of());
    Graph before = b.output(b.add(op, x, floats(3, 2, 3, 4), floats(2))).build();
    Graph after = new SplitTransposed().apply(before);
    assertThat(operators(after)).containsExactly("Conv", "DepthToSpace", "Slice");
    agree(before, after);
  }

  @Test
  void transposedConvolutionsOfGroupsStay() {
    String x = b.input("x", f32(2, 4, 4, 5));
    ConvTranspose op = new ConvTranspose(Window.of(2, 2).strides(2, 2), 2, List.of(), List.of());
    ConvTranspose uneven =
        new ConvTranspose(Window.of(2, 2).strides(2, 1), 1, List.of(), List.of());
    Graph graph =
        b.output(b.add(op, x, floats(4, 2, 2, 2)), b.add(uneven, x, floats(4, 2, 2, 2))).build();
    assertThat(new SplitTransposed().apply(graph)).isSameAs(graph);
  }

  @Test
  void aConvolutionWaitsForWhatItIsAddedTo() {
    String x = b.input("x", f32(1, 4, 6, 6));
    String early = b.add(THREE, x, floats(4, 4, 3, 3));
    String late = b.add(Unary.of(UnaryFunction.TANH), x);
    Graph before = b.output(b.add(new Binary(BinaryFunction.ADD), early, late)).build();
    Graph after = new SinkSummands().apply(before);
    assertThat(operators(before)).containsExactly("Conv", "Tanh", "Add");
    assertThat(operators(after)).containsExactly("Tanh", "Conv", "Add");
    agree(before, after);
  }

  @Test
  void twoConvolutionsStayInOrder() {
    String x = b.input("x", f32(1, 4, 6, 6));
    String first = b.add(THREE, x, floats(4, 4, 3, 3));
    String second = b.add(THREE, x, floats(4, 4, 3, 3));
    Graph graph = b.output(b.add(new Binary(BinaryFunction.ADD), first, second)).build();
    assertThat(new SinkSummands().apply(graph)).isSameAs(graph);
  }

  private static final Op ADD = new Binary(BinaryFunction.ADD);

  private static Graph fused(Graph graph) {
    Graph layers = new FormLayers().apply(graph);
    return new FuseActivations().apply(new FuseSums().apply(new FuseActivations().apply(layers)));
  }

  /** Whichever summand a convolution makes, it adds the other one and applies what follows. */
  @Test
  void sumsAndActivationsBecomePartOfALayer() {
    String x = b.input("x", f32(1, 4, 6, 6));
    String first = b.add(Unary.of(UnaryFunction.RELU), b.add(THREE, x, floats(4, 4, 3, 3)));
    String sum = b.add(ADD, first, b.add(THREE, first, floats(4, 4, 3, 3), floats(4)));
    String six =
        b.add(
            new Clip(),
            sum,
            b.constant(TensorData.of(new float[] {0})),
            b.constant(TensorData.of(new float[] {6})));
    String last = b.add(ADD, b.add(THREE, six, floats(4, 4, 3, 3)), x);
    Graph before = b.output(last).build();
    Graph after = fused(before);
    assertThat(operators(after)).containsExactly("OctaveConv", "OctaveConv", "OctaveConv");
    assertThat(after.nodes().stream().map(node -> ((OctaveConv) node.op()).function()))
        .containsExactly(OutputFunction.RELU, OutputFunction.RELU6, OutputFunction.NONE);
    assertThat(after.nodes().stream().map(node -> node.input(OctaveConv.SUMMANDS)))
        .containsExactly("", first, x);
    agree(before, after);
  }

  /** Both outputs are added to something, or none is: one of them alone is no sum of the layer. */
  @Test
  void aLayerTakesTheSumsOfBothOutputsOrNone() {
    for (boolean both : new boolean[] {true, false}) {
      GraphBuilder g = new GraphBuilder("g");
      String high = g.input("h", f32(1, 2, 8, 8));
      String low = g.input("l", f32(1, 2, 4, 4));
      float[] kernel = {1, 2, 3, 4};
      List<String> in = new ArrayList<>(List.of(high, low));
      for (int i = 0; i < 4; i++) {
        in.add(g.constant(TensorData.of(kernel, 2, 2, 1, 1)));
      }
      g.add(new Node("n", OctaveConv.of(Window.of(1, 1)), in, List.of("a", "b")));
      String one = g.add(ADD, "a", high);
      String two = both ? g.add(ADD, low, "b") : "b";
      Graph before = g.output(one, two).build();
      Graph after = new FuseSums().apply(before);
      assertThat(operators(after).contains("Add")).isEqualTo(!both);
      agree(before, after);
    }
  }

  /** What a layer makes must not wait for what is made of it. */
  @Test
  void noLayerWaitsForItself() {
    GraphBuilder g = new GraphBuilder("g");
    String high = g.input("h", f32(1, 2, 8, 8));
    String low = g.input("l", f32(1, 2, 4, 4));
    List<String> in = new ArrayList<>(List.of(high, low));
    for (int i = 0; i < 4; i++) {
      in.add(g.constant(TensorData.of(new float[] {1, 2, 3, 4}, 2, 2, 1, 1)));
    }
    g.add(new Node("n", OctaveConv.of(Window.of(1, 1)), in, List.of("a", "b")));
    String lower = g.add(ADD, "b", low);
    String scales = g.constant(TensorData.of(new float[] {1, 1, 2, 2}, 4));
    Resize twice =
        Resize.of(Resize.Mode.NEAREST, Resize.Coordinates.ASYMMETRIC, Resize.Nearest.FLOOR);
    Graph graph = g.output(g.add(ADD, "a", g.add(twice, lower, "", scales)), lower).build();
    assertThat(new FuseSums().apply(graph)).isSameAs(graph);
  }

  @Test
  void whatALayerCannotTakeAlongLeavesAConvolution() {
    String x = b.input("x", f32(1, 4, 6, 6));
    String leaky = b.add(Unary.of(UnaryFunction.LEAKY_RELU), b.add(THREE, x, floats(4, 4, 3, 3)));
    String early = b.add(Unary.of(UnaryFunction.RELU), b.add(THREE, x, floats(4, 4, 3, 3)));
    String computed = b.add(THREE, x, b.input("w", f32(4, 4, 3, 3)));
    Graph graph = b.output(leaky, b.add(ADD, early, x), computed).build();
    assertThat(new FormLayers().apply(graph)).isSameAs(graph);
  }

  /** Of each output its own norm; nothing is read before somebody asks. */
  @Test
  void batchNormsOfBothOutputsBecomePartOfAnOctaveConvolution() {
    String high = b.input("h", f32(1, 2, 8, 8));
    String low = b.input("l", f32(1, 2, 4, 4));
    List<String> in = new ArrayList<>(List.of(high, low));
    for (int i = 0; i < 4; i++) {
      in.add(floats(3, 2, 1, 1));
    }
    b.add(new Node("n", OctaveConv.of(Window.of(1, 1)), in, List.of("a", "b")));
    Graph before = b.output(norm("a", 3), norm("b", 3)).build();
    Graph after = new DropDeadNodes().apply(new FoldBatchNorm().apply(before));
    assertThat(operators(after)).containsExactly("OctaveConv");
    assertThat(after.outputs()).isEqualTo(before.outputs());
    agree(before, after);
  }

  /** One pass on one graph for two sizes makes one set of weights. */
  @Test
  void weightsAreScaledOnceForAllSizes() {
    String x = b.input("x", f32(1, 3, 4, 4));
    Graph graph = b.output(norm(b.add(THREE, x, floats(5, 3, 3, 3)), 5)).build();
    MadeConstants made = new MadeConstants();
    FoldBatchNorm pass = new FoldBatchNorm(made);
    Graph first = pass.apply(graph);
    Graph second = pass.apply(graph);
    String weights = first.nodes().getFirst().input(1);
    assertThat(first.constant(weights)).isSameAs(second.constant(weights));
    assertThat(made.has(first.constant(weights))).isTrue();
    assertThat(made.all()).hasSize(2);
  }

  @Test
  void whatIsAddedToEachChannelBecomesABias() {
    String x = b.input("x", f32(1, 3, 4, 4));
    String y = b.add(ADD, b.add(THREE, x, floats(5, 3, 3, 3)), floats(1, 5, 1, 1));
    y = b.add(ADD, floats(2, 1, 1), b.add(THREE, y, floats(2, 5, 3, 3), floats(2)));
    Graph before = b.output(b.add(ADD, b.add(THREE, y, floats(4, 2, 3, 3)), floats(4))).build();
    Graph after = new FoldBias().apply(before);
    assertThat(operators(after)).containsExactly("Conv", "Conv", "Conv", "Add"); // of each column
    agree(before, after);
  }

  @Test
  void valuesThatAreObservedLeave() {
    String x = b.input("x", f32(1, 4, 6, 6));
    String y = b.add(THREE, x, floats(4, 4, 3, 3));
    Graph graph = b.output(b.add(Unary.of(UnaryFunction.RELU), y)).build();
    Graph observed = new Observe(List.of(y)).apply(graph);
    assertThat(observed.outputs()).containsExactly(graph.outputs().getFirst(), y);
    assertThat(operators(fused(observed))).containsExactly("OctaveConv", "Relu");
  }
}
