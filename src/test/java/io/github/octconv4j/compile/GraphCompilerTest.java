package io.github.octconv4j.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.graph.AutoPad;
import io.github.octconv4j.graph.BatchNormalization;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.ConvTranspose;
import io.github.octconv4j.graph.DepthToSpace;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.NonZero;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.Reduce;
import io.github.octconv4j.graph.Reduction;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.Samples;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.Softmax;
import io.github.octconv4j.graph.SoftmaxKind;
import io.github.octconv4j.graph.SpaceToDepth;
import io.github.octconv4j.graph.Split;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.octave.PlanChoices;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.weights.ElementType;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation on oneDNN against the interpreter, and what becomes one step. */
class GraphCompilerTest {
  private static Agreement agreement;

  private final GraphBuilder b = new GraphBuilder("g");

  @BeforeAll
  static void open() {
    agreement = new Agreement();
  }

  @AfterAll
  static void close() {
    agreement.close();
  }

  private String input(long... dims) {
    return b.input("x", TensorType.of(ElementType.F32, dims));
  }

  private String floats(long... dims) {
    return b.constant(agreement.floats(dims));
  }

  private String longs(long... values) {
    return b.constant(TensorData.ofLongs(values));
  }

  private String number(float value) {
    return b.constant(TensorData.of(new float[] {value}));
  }

  private Agreement.Compiled check(String... outputs) {
    return agreement.check(b.output(outputs).build());
  }

  private String conv(String x, long in, long out) {
    return b.add(new Conv(Window.of(3, 3).pads(1, 1, 1, 1), 1), x, floats(out, in, 3, 3));
  }

  @Test
  void thereIsAnAnswerForEachOperation() {
    Set<Class<?>> answered = new HashSet<>(Lowerers.nativeOperations());
    assertThat(answered).doesNotContainAnyElementsOf(Lowerers.interpretedOperations());
    answered.addAll(Lowerers.interpretedOperations());
    assertThat(answered).isEqualTo(Set.of(Op.class.getPermittedSubclasses()));
  }

  @Test
  void samplesAgree() {
    for (Samples.Sample sample : Samples.all()) {
      agreement.check(sample.graph(), Map.of("i0", sample.inputs().getFirst()));
    }
  }

  /** Axes, groups, strides, dilations and paddings drawn at random. */
  @Test
  void convolutionsOfAllKinds() {
    Random random = new Random(3);
    for (int i = 0; i < 60; i++) {
      int rank = 1 + random.nextInt(3);
      long groups = random.nextInt(3) == 0 ? 4 : 1;
      long in = groups * (1 + random.nextInt(3));
      long out = groups * (1 + random.nextInt(4));
      long[] x = new long[rank + 2];
      long[] w = new long[rank + 2];
      x[0] = 1L + random.nextInt(2);
      x[1] = in;
      w[0] = out;
      w[1] = in / groups;
      Long[] strides = new Long[rank];
      Long[] dilations = new Long[rank];
      Long[] pads = new Long[2 * rank];
      for (int d = 0; d < rank; d++) {
        x[d + 2] = 5L + random.nextInt(5);
        w[d + 2] = 1L + random.nextInt(3);
        strides[d] = 1L + random.nextInt(2);
        dilations[d] = 1L + random.nextInt(2);
        pads[d] = (long) random.nextInt((int) w[d + 2]);
        pads[d + rank] = (long) random.nextInt((int) w[d + 2]);
      }
      boolean same = random.nextInt(4) == 0;
      Window window =
          new Window(
              same ? AutoPad.SAME_UPPER : AutoPad.NOTSET,
              List.of(),
              List.of(strides),
              same ? List.of() : List.of(dilations),
              same ? List.of() : List.of(pads),
              false);
      GraphBuilder g = new GraphBuilder("conv");
      String source = g.input("x", TensorType.of(ElementType.F32, x));
      String weights = g.constant(agreement.floats(w));
      String bias = g.constant(agreement.floats(out));
      String y =
          random.nextBoolean()
              ? g.add(new Conv(window, groups), source, weights, bias)
              : g.add(new Conv(window, groups), source, weights);
      Graph graph = g.output(y).build();
      assertThat(agreement.check(graph).notes()).as(graph.toString()).noneMatch(Agreement::isJava);
    }
  }

  @Test
  void weightsMayBeComputed() {
    String x = input(1, 3, 6, 6);
    String w = b.input("w", TensorType.of(ElementType.F32, 4, 3, 3, 3));
    check(b.add(new Conv(Window.of(3, 3), 1), x, w)).isFast();
  }

  @Test
  void whatIsCutAwayBeforeAnImageIsLeftToTheInterpreter() {
    String x = input(1, 3, 6, 6);
    check(b.add(new Conv(Window.of(3, 3).pads(-1, 0, 0, -1), 1), x, floats(4, 3, 3, 3)))
        .isInterpreted();
  }

  /** Sums and activations are written by the convolution before them. */
  @Test
  void activationsAndSumsBelongToConvolutions() {
    String x = input(1, 8, 6, 6);
    String first = b.add(Unary.of(UnaryFunction.RELU), conv(x, 8, 8));
    String second = conv(first, 8, 8);
    String sum = b.add(new Binary(BinaryFunction.ADD), x, second);
    String y = b.add(Unary.of(UnaryFunction.RELU), sum);
    String gate = conv(y, 8, 8);
    String silu =
        b.add(new Binary(BinaryFunction.MUL), gate, b.add(Unary.of(UnaryFunction.SIGMOID), gate));
    check(b.add(new Clip(), conv(silu, 8, 8), number(0), number(6)))
        .isFast()
        .is(
            "reorder", // to channels innermost
            "convolution+relu",
            "convolution+sum+relu",
            "convolution+swish",
            "convolution+clip",
            "reorder");
  }

  /** The first convolution waits, so that it can add what is enlarged. */
  @Test
  void aConvolutionWaitsForTheOtherSummand() {
    String x = input(1, 8, 6, 6);
    String high = conv(x, 8, 8);
    String low = conv(b.add(Pool.of(PoolKind.AVERAGE, Window.of(2, 2).strides(2, 2)), x), 8, 8);
    String up =
        b.add(
            Resize.of(Resize.Mode.LINEAR, Resize.Coordinates.HALF_PIXEL, Resize.Nearest.FLOOR),
            low,
            "",
            b.constant(TensorData.of(new float[] {1, 1, 2, 2}, 4)));
    check(b.add(new Binary(BinaryFunction.ADD), high, up)) // not nearest: no octave convolution
        .isFast()
        .is("reorder", "pooling", "convolution", "resampling", "convolution+sum", "reorder");
  }

  @Test
  void whatOthersReadIsNotTakenAlong() {
    String x = input(1, 8, 6, 6);
    String y = conv(x, 8, 8);
    check(b.add(Unary.of(UnaryFunction.RELU), y), b.add(Unary.of(UnaryFunction.TANH), y), y)
        .isFast()
        .is("reorder", "convolution", "eltwise", "eltwise", "reorder", "reorder", "reorder");
  }

  @ParameterizedTest
  @EnumSource
  void functions(UnaryFunction function) {
    if (function != UnaryFunction.NOT
        && function != UnaryFunction.LOG
        && function != UnaryFunction.SQRT) { // which have no value here, or none for half of them
      String x = input(2, 3, 5, 4);
      check(b.add(Unary.of(function), x));
    }
  }

  /** Larger and smaller operands on either side. */
  @Test
  void binaryFunctionsRepeatOperands() {
    long[][] others = {{2, 3, 5, 4}, {1, 3, 1, 1}, {3, 1, 1}, {4}, {5, 1}, {}, {1, 1, 1, 1}};
    for (BinaryFunction function :
        List.of(
            BinaryFunction.ADD,
            BinaryFunction.SUB,
            BinaryFunction.MUL,
            BinaryFunction.DIV,
            BinaryFunction.MAX,
            BinaryFunction.MIN)) {
      for (long[] other : others) {
        for (boolean swapped : new boolean[] {false, true}) {
          GraphBuilder g = new GraphBuilder("binary");
          String x = g.input("x", TensorType.of(ElementType.F32, 2, 3, 5, 4));
          String pooled = g.add(Pool.of(PoolKind.MAX, Window.of(1, 1)), x); // channels innermost
          String c = g.input("c", TensorType.of(ElementType.F32, other));
          String y =
              swapped
                  ? g.add(new Binary(function), c, pooled)
                  : g.add(new Binary(function), pooled, c);
          Graph graph = g.output(y).build();
          Map<String, TensorData> inputs =
              Map.of("x", agreement.floats(2, 3, 5, 4), "c", distinct(other));
          agreement.check(graph, inputs);
        }
      }
    }
  }

  /** Away from 0, which nothing can be divided by. */
  private static TensorData distinct(long... dims) {
    float[] values = agreement.floats(dims).toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.copySign(1 + Math.abs(values[i]), values[i]);
    }
    return TensorData.of(values, dims);
  }

  @Test
  void constantsOfOneNumber() {
    String x = input(2, 3, 5, 4);
    String y = b.add(new Binary(BinaryFunction.SUB), number(2), x);
    y = b.add(new Binary(BinaryFunction.MUL), y, number(3));
    y = b.add(new Binary(BinaryFunction.ADD), number(0.5f), y);
    check(b.add(new Binary(BinaryFunction.SUB), y, number(4)))
        .isFast()
        .is("eltwise", "eltwise", "eltwise", "eltwise");
  }

  @Test
  void sumsAndMeansOfMany() {
    String x = input(2, 3);
    String sum = b.add(new Binary(BinaryFunction.SUM), x, floats(2, 3), floats(3), x);
    String mean = b.add(new Binary(BinaryFunction.MEAN), floats(3), x, floats(2, 3));
    check(sum, mean, b.add(new Binary(BinaryFunction.MAX), x)).isFast();
  }

  @Test
  void slopesOfEachChannel() {
    String x = input(2, 3, 5, 4);
    check(b.add(new Binary(BinaryFunction.PRELU), x, floats(3, 1, 1))).isFast();
  }

  /** All that changes which elements a mean counts. */
  @Test
  void pools() {
    for (PoolKind kind : List.of(PoolKind.MAX, PoolKind.AVERAGE)) {
      for (boolean ceil : new boolean[] {false, true}) {
        for (boolean counts : new boolean[] {false, true}) {
          for (long[] pads : new long[][] {{0, 0, 0, 0}, {1, 0, 1, 1}, {1, 1, 1, 1}}) {
            GraphBuilder g = new GraphBuilder("pool");
            String x = g.input("x", TensorType.of(ElementType.F32, 2, 5, 8, 7));
            Window w =
                new Window(
                    AutoPad.NOTSET,
                    List.of(3L, 3L),
                    List.of(2L, 2L),
                    List.of(),
                    List.of(pads[0], pads[1], pads[2], pads[3]),
                    ceil);
            boolean average = kind == PoolKind.AVERAGE;
            Pool pool = new Pool(kind, w, average && counts, 0, false);
            agreement.check(g.output(g.add(pool, x)).build());
          }
        }
      }
    }
  }

  @Test
  void poolsOverAllThatIsBehindChannels() {
    String x = input(2, 5, 6, 7);
    String mean = b.add(new GlobalPool(PoolKind.AVERAGE, 0), x);
    String most = b.add(new GlobalPool(PoolKind.MAX, 0), x);
    String reduced = b.add(new Reduce(Reduction.MEAN, false, false), x, longs(2, 3));
    String kept = b.add(new Reduce(Reduction.MAX, true, false), x, longs(-1, -2));
    check(mean, most, reduced, kept).isFast();
  }

  @Test
  void otherReductionsAreInterpreted() {
    String x = input(2, 5, 6, 7);
    check(b.add(new Reduce(Reduction.MEAN, true, false), x, longs(1))).isInterpreted();
  }

  /** oneDNN's nearest and linear are taken where they are the same, and never elsewhere. */
  @ParameterizedTest
  @EnumSource
  void resizing(Resize.Coordinates coordinates) {
    if (coordinates == Resize.Coordinates.TF_CROP_AND_RESIZE) {
      return; // needs a region
    }
    for (Resize.Mode mode : Resize.Mode.values()) {
      for (Resize.Nearest nearest : Resize.Nearest.values()) {
        for (long[] size : new long[][] {{12, 10}, {18, 5}, {3, 4}, {7, 9}, {6, 1}}) {
          GraphBuilder g = new GraphBuilder("resize");
          String x = g.input("x", TensorType.of(ElementType.F32, 1, 3, 6, 5));
          String sizes = g.constant(TensorData.ofLongs(1, 3, size[0], size[1]));
          Resize resize = Resize.of(mode, coordinates, nearest);
          agreement.check(g.output(g.add(resize, x, "", "", sizes)).build());
        }
      }
    }
  }

  @Test
  void enlargingByWholeNumbersIsFast() {
    String x = input(1, 4, 5, 6);
    String scales = b.constant(TensorData.of(new float[] {1, 1, 3, 2}, 4));
    String y =
        b.add(
            Resize.of(Resize.Mode.NEAREST, Resize.Coordinates.ASYMMETRIC, Resize.Nearest.FLOOR),
            x,
            "",
            scales);
    String z =
        b.add(
            Resize.of(
                Resize.Mode.LINEAR,
                Resize.Coordinates.PYTORCH_HALF_PIXEL,
                Resize.Nearest.ROUND_PREFER_FLOOR),
            x,
            "",
            scales);
    check(y, z).isFast();
  }

  @Test
  void products() {
    String x = input(3, 4, 5);
    String y = b.add(new MatMul(), x, floats(5, 6));
    String z = b.add(new Flatten(1), x);
    String g = b.add(new Gemm(1, 1, false, true), z, floats(7, 20), floats(7));
    String h = b.add(new Gemm(1, 1, true, false), z, floats(3, 7), floats(1, 7));
    String relu = b.add(Unary.of(UnaryFunction.RELU), b.add(new MatMul(), z, floats(20, 4)));
    check(y, g, h, relu).isFast();
  }

  @Test
  void productsWithFactorsOrOfStacksAreInterpreted() {
    String x = input(2, 3, 4);
    String y = b.add(new MatMul(), x, floats(2, 4, 5));
    String z = b.add(new Flatten(1), x);
    check(y, b.add(new Gemm(2, 0.5f, false, false), z, floats(12, 3), floats(3))).isInterpreted();
  }

  @Test
  void theRowsOfAProductMayComeFromATransposition() {
    String x = input(3, 4);
    String y = b.input("w", TensorType.of(ElementType.F32, 5, 4));
    check(b.add(new MatMul(), x, b.add(new Transpose(List.of(1L, 0L)), y))).isFast();
  }

  /** What a shuffle of channels does. */
  @Test
  void viewsOfOtherDimensions() {
    String x = input(2, 6, 4, 5);
    String y = conv(x, 6, 6);
    y = b.add(new Reshape(false), y, longs(2, 2, 3, 4, 5));
    y = b.add(new Transpose(List.of(0L, 2L, 1L, 3L, 4L)), y);
    y = b.add(new Reshape(false), y, longs(2, 6, 4, 5));
    b.add(new Node("halves", new Split(1), List.of(y), List.of("first", "second")));
    String z = b.add(new Concat(1), "second", conv("first", 3, 4));
    check(b.add(new Transpose(List.of(0L, 2L, 3L, 1L)), z)).isFast();
  }

  /** Values that primitives don't know, which are floats all the same. */
  @Test
  void moreThanSixDimensionsBecomeFewer() {
    String x = b.input("x", TensorType.of(ElementType.F32, 2, 1, 3, 1, 2, 1, 4));
    String y = b.add(Unary.of(UnaryFunction.NEG), x);
    String few = b.add(new Reshape(false), y, longs(6, 8));
    String many = b.add(new Reshape(false), few, longs(1, 2, 3, 1, 2, 1, 4));
    check(few, b.add(Unary.of(UnaryFunction.ABS), many), b.add(Unary.of(UnaryFunction.RELU), few));
  }

  @Test
  void channelsBecomePlaces() {
    String x = input(2, 8, 4, 6);
    String rows = b.add(new DepthToSpace(2, true), x);
    String columns = b.add(new DepthToSpace(2, false), x);
    check(rows, columns, b.add(new SpaceToDepth(2), x)).isFast();
  }

  @Test
  void parts() {
    String x = input(2, 6, 4, 5);
    String y = b.add(new Slice(), conv(x, 6, 6), longs(1, -3), longs(5, 9), longs(1, 3));
    String z = b.add(new Slice(), x, longs(0), longs(4), longs(2), longs(2));
    check(y).isFast();
    agreement.check(b.output(z).build()).isInterpreted();
  }

  /** The places of parts: channels innermost, rows, one channel alone, at the end of something. */
  @Test
  void partsOfSomethingLargerArePutTogetherWhereTheyLie() {
    String y = conv(input(2, 4, 20, 6), 4, 12);
    String first = b.add(new Slice(), y, longs(0), longs(5), longs(1));
    String one = b.add(new Slice(), y, longs(7), longs(8), longs(1));
    String last = b.add(new Slice(), y, longs(6), longs(12), longs(1));
    String rows = b.add(new Slice(), y, longs(3), longs(13), longs(2));
    check(
            b.add(new Concat(1), last, one, y, first),
            b.add(new Concat(2), rows, y),
            b.add(Unary.of(UnaryFunction.RELU), last),
            one,
            b.add(new Concat(0), first, first))
        .isFast();
  }

  /** The beginning of a value lies where the value does; who adds to it must not write there. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void sumsAreNotMadeInPartsOfWhatIsStillRead(int threads) {
    PlanOptions options = PlanOptions.DEFAULT.threads(threads);
    BiFunction<String, Long, String> rows =
        (x, count) -> b.add(new Slice(), x, longs(0), longs(count), longs(2));
    // The convolution reads the value and adds a part of it.
    String x = conv(input(1, 8, 7, 5), 8, 8);
    String low = b.add(new Conv(Window.of(2, 1), 1), x, floats(8, 8, 2, 1));
    String sum = b.add(new Binary(BinaryFunction.ADD), low, rows.apply(x, 6L));
    // It reads the same part under another name.
    String z = conv(b.input("z", TensorType.of(ElementType.F32, 1, 8, 7, 5)), 8, 8);
    String twice =
        b.add(new Binary(BinaryFunction.ADD), conv(rows.apply(z, 4L), 8, 8), rows.apply(z, 4L));
    // A copy of what lies within something larger is read once more afterwards.
    String w = conv(b.input("w", TensorType.of(ElementType.F32, 1, 8, 7, 5)), 8, 16);
    String half = b.add(new Slice(), w, longs(8), longs(16), longs(1));
    String some = rows.apply(half, 3L);
    String other = conv(b.input("v", TensorType.of(ElementType.F32, 1, 8, 3, 5)), 8, 8);
    String added = b.add(new Binary(BinaryFunction.ADD), conv(other, 8, 8), some);
    String after = conv(half, 8, 8);
    // Parts of channels that lie at the beginning.
    String pixel = conv(b.input("p", TensorType.of(ElementType.F32, 1, 8, 1, 1)), 8, 8);
    String few = b.add(new Slice(), pixel, longs(0), longs(4), longs(1));
    String mixed =
        b.add(
            new Binary(BinaryFunction.ADD),
            b.add(new Conv(Window.of(1, 1), 1), pixel, floats(4, 8, 1, 1)),
            few);
    agreement.check(b.output(sum, twice, added, after, mixed).build(), options);
  }

  /** Threads of our own share what is only moved, whatever the sizes. */
  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "3,1", "2,3"})
  void movementsAreSharedByThreads(int threads, int batch) {
    String y = conv(input(batch, 8, 35, 20), 8, 24);
    String z = b.add(Unary.of(UnaryFunction.RELU), y);
    String all = b.add(new Concat(1), y, z, y);
    String part = b.add(new Slice(), all, longs(9), longs(63), longs(1));
    String turned = b.add(new Transpose(List.of(0L, 2L, 3L, 1L)), conv(part, 54, 16));
    String flat = b.add(new Reshape(false), turned, longs(batch, 35 * 20 * 16));
    Graph graph = b.output(all, flat, b.add(new Concat(2), part, part)).build();

    agreement.check(graph, PlanOptions.DEFAULT.threads(threads));
  }

  @Test
  void paddingThatStays() {
    String x = input(2, 3, 4, 5);
    String zeros = b.add(new Pad(PadMode.CONSTANT), x, longs(0, 1, 2, 0, 1, 0, 0, 3));
    String ones = b.add(new Pad(PadMode.CONSTANT), x, longs(0, 0, 1, 1, 0, 0, 1, 1), number(1));
    String edge = b.add(new Pad(PadMode.EDGE), x, longs(0, 0, 0, 2, 0, 0, 1, 1));
    check(zeros, ones, edge).isFast();
    agreement
        .check(b.output(b.add(new Pad(PadMode.REFLECT), x, longs(0, 0, 1, 1, 0, 0, 1, 1))).build())
        .isInterpreted();
  }

  @Test
  void batchNormThatStaysTakesAnActivationAlong() {
    String x = input(2, 3, 4, 5);
    String pooled = b.add(Pool.of(PoolKind.MAX, Window.of(2, 2)), x);
    String variance = b.constant(TensorData.of(new float[] {0.5f, 1, 2}, 3));
    String y =
        b.add(
            new BatchNormalization(1e-5f, 0.9f, false),
            pooled,
            floats(3),
            floats(3),
            floats(3),
            variance);
    check(b.add(Unary.of(UnaryFunction.RELU), y))
        .isFast()
        .is("reorder", "pooling", "binary", "binary+relu", "reorder");
  }

  @Test
  void softmaxAlongAnyAxis() {
    String x = input(2, 3, 4, 5);
    Softmax channels = new Softmax(SoftmaxKind.SOFTMAX, 1);
    check(b.add(channels, x), b.add(new Softmax(SoftmaxKind.SOFTMAX, -1), x));
  }

  /** Strides, paddings and sizes of transposed convolutions, whose phases become channels. */
  @Test
  void transposedConvolutions() {
    for (long stride : new long[] {1, 2, 3}) {
      for (long kernel : new long[] {1, 2, 3, 4}) {
        for (long pad : new long[] {0, 1}) {
          for (long more : new long[] {0, 1}) {
            GraphBuilder g = new GraphBuilder("transposed");
            String x = g.input("x", TensorType.of(ElementType.F32, 2, 3, 4, 5));
            Window w = Window.of(kernel, kernel).strides(stride, stride).pads(pad, 0, 0, pad);
            ConvTranspose op =
                new ConvTranspose(w, 1, stride > more ? List.of(more, more) : List.of(), List.of());
            String weights = g.constant(agreement.floats(3, 4, kernel, kernel));
            String y = g.add(op, x, weights, g.constant(agreement.floats(4)));
            agreement.check(g.output(y).build());
          }
        }
      }
    }
  }

  @Test
  void twoTimesTwoTransposedIsFast() {
    String x = input(1, 3, 4, 5);
    ConvTranspose op = new ConvTranspose(Window.of(2, 2).strides(2, 2), 1, List.of(), List.of());
    check(b.add(op, x, floats(3, 4, 2, 2))).isFast();
  }

  /** How many elements are not 0 only the run tells: that is left behind the program. */
  @Test
  void sizesThatTheRunTells() {
    String x = input(3, 4);
    String relu = b.add(Unary.of(UnaryFunction.RELU), x);
    String places = b.add(new NonZero(), relu);
    check(places, b.add(new Transpose(List.of(1L, 0L)), places), relu, x)
        .isInterpreted()
        .is("eltwise", "reorder");
  }

  @Test
  void valuesThatAreNoFloats() {
    String x = b.input("x", TensorType.of(ElementType.I64, 2, 3));
    String y = b.add(new Binary(BinaryFunction.ADD), x, longs(7));
    String z = b.add(new Reshape(false), y, longs(3, 2));
    Graph graph = b.output(z, x).build();
    agreement
        .check(graph, Map.of("x", TensorData.of(new long[] {1, -2, 3, 1L << 40, 5, 6}, 2, 3)))
        .is("java", "reorder", "reorder");
  }

  @Test
  void constantsAndInputsMayLeave() {
    String x = input(2, 3);
    check(x, floats(4), longs(1, 2));
  }

  private static CompiledGraph compiled(
      Engine engine, Constants constants, Graph graph, PlanOptions options) {
    return new GraphCompiler(engine, constants, graph)
        .compile(Map.of(), GraphCompiler.ImageLayout.ROWS, options);
  }

  @Test
  void theMemoryOfWhatNobodyReadsIsUsedAgain() {
    String x = input(1, 8, 16, 16);
    for (int i = 0; i < 10; i++) {
      x = conv(x, 8, 8);
    }
    Graph graph = b.output(x).build();
    try (Engine engine = Engine.cpu();
        Constants constants = Constants.of(engine);
        CompiledGraph compiled = compiled(engine, constants, graph, PlanOptions.DEFAULT)) {
      assertThat(compiled.program().activationBytes()).isEqualTo(2 * 4 * 8 * 16 * 16);
    }
  }

  /** Weights stand once, what one size alone needs goes with its program. */
  @Test
  void programsOfOtherSizesShareWeights() {
    String x =
        b.input(
            "x",
            new TensorType(
                ElementType.F32,
                List.of(Dim.unknown("n"), Dim.of(8), Dim.unknown("h"), Dim.of(6))));
    String y = b.add(new Pad(PadMode.CONSTANT), conv(x, 8, 8), longs(0, 0, 1, 1, 0, 0, 1, 1));
    Graph graph = b.output(b.add(Pool.of(PoolKind.MAX, Window.of(2, 2)), y)).build();
    try (Engine engine = Engine.cpu();
        Constants constants = Constants.of(engine)) {
      GraphCompiler compiler = new GraphCompiler(engine, constants, graph);
      long bytes = 0;
      for (long size = 4; size < 10; size++) {
        Map<String, long[]> sizes = Map.of("x", new long[] {size, 8, size, 6});
        try (CompiledGraph compiled =
            compiler.compile(sizes, GraphCompiler.ImageLayout.CHANNELS_LAST, PlanOptions.DEFAULT)) {
          assertThat(compiled.notes()).isEmpty();
          assertThat(compiled.program().steps().getFirst().kind()).isEqualTo("convolution");
        }
        assertThat(constants.bytes()).isPositive();
        assertThat(size == 4 || constants.bytes() == bytes).isTrue();
        bytes = constants.bytes();
      }
    }
  }

  /** Octave convolution as exporters write it, after a dense one, with a sum over both parts. */
  private Graph octave() {
    String high = b.add(Unary.of(UnaryFunction.RELU), conv(input(1, 8, 16, 16), 8, 8));
    Pool half = Pool.of(PoolKind.AVERAGE, Window.of(2, 2).strides(2, 2));
    Resize twice =
        Resize.of(Resize.Mode.NEAREST, Resize.Coordinates.ASYMMETRIC, Resize.Nearest.FLOOR);
    String scales = b.constant(TensorData.of(new float[] {1, 1, 2, 2}, 4));
    Binary add = new Binary(BinaryFunction.ADD);
    String low = conv(b.add(half, high), 8, 8);
    String nextHigh = conv(high, 8, 8);
    String h = b.add(add, conv(nextHigh, 8, 8), b.add(twice, conv(low, 8, 8), "", scales));
    String l = b.add(add, conv(low, 8, 8), conv(b.add(half, nextHigh), 8, 8));
    h = b.add(Unary.of(UnaryFunction.RELU), b.add(add, h, nextHigh));
    l = b.add(Unary.of(UnaryFunction.RELU), b.add(add, low, l));
    return b.output(h, l).build();
  }

  @ParameterizedTest
  @CsvSource({
    "1, HEURISTIC, F32",
    "2, HEURISTIC, F32",
    "2, OFF, F32",
    "1, MEASURED, F32",
    "1, OFF, BF16"
  })
  void octaveConvolutionsRunAsLayers(int threads, Tuning tuning, DataType type) {
    Graph graph = octave();
    TensorData x = agreement.floats(1, 8, 16, 16);
    Map<String, TensorData> expected = Interpreter.ofHeap().run(graph, Map.of("x", x));
    PlanOptions options =
        PlanOptions.DEFAULT
            .threads(threads)
            .tuning(tuning)
            .type(type == DataType.BF16 ? PlanOptions.fastest().type() : type)
            .choices(PlanChoices.inMemory());
    try (Engine engine = Engine.cpu();
        Constants constants = Constants.of(engine);
        CompiledGraph compiled = compiled(engine, constants, graph, options);
        GraphExecution execution = compiled.newExecution("test")) {
      List<String> steps = compiled.program().steps().stream().map(StepInfo::name).toList();
      assertThat(steps.stream().filter(name -> name.endsWith(".hl")).distinct()).hasSize(2);
      assertThat(steps.stream().filter(name -> name.endsWith(".lh")).distinct()).hasSize(1);
      assertThat(compiled.spans().stream().map(span -> span.node().op().name()))
          .contains("OctaveConv")
          .doesNotContain("Conv", "Add", "Resize", "Relu");
      Map<String, TensorData> y = execution.run(Map.of("x", x));
      float tolerance = options.type() == DataType.F32 ? 1e-5f : 2e-2f;
      expected.forEach(
          (name, data) -> {
            float largest = 0;
            for (float value : data.toFloats()) {
              largest = Math.max(largest, Math.abs(value));
            }
            assertThat(y.get(name).toFloats())
                .containsExactly(data.toFloats(), Offset.offset(tolerance * largest));
          });
    }
  }

  @Test
  void moreMemoryThanAllowedIsRefused() {
    Graph graph = b.output(conv(input(1, 8, 64, 64), 8, 8)).build();
    PlanOptions options = PlanOptions.DEFAULT.memoryLimit(1 << 16);
    try (Engine engine = Engine.cpu();
        Constants constants = Constants.of(engine)) {
      assertThatThrownBy(() -> compiled(engine, constants, graph, options))
          .isInstanceOf(DnnException.class)
          .hasMessageContaining("memoryLimit is 65536");
    }
  }
}
