package io.github.octconv4j.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.DynamicQuantizeLinear;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.QuantizedConv;
import io.github.octconv4j.graph.QuantizedMatMul;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs of whole numbers against the interpreter, on whatever processor this is. */
class QuantizedGraphsTest {
  private final Engine engine = Engine.cpu();
  private final Random random = new Random(5);
  private final GraphBuilder b = new GraphBuilder("g");
  private final Map<String, TensorData> inputs = new HashMap<>();

  @AfterEach
  void close() {
    engine.close();
  }

  /** What was compiled. */
  private record Result(List<StepInfo> steps, List<String> notes) {
    /** Nothing ran in Java. */
    Result isNative() {
      assertThat(notes).noneMatch(Agreement::isJava);
      return this;
    }
  }

  /** How activations are written as whole numbers. */
  private record Kind(ElementType type, int zero) {}

  private static long count(long... dims) {
    long count = 1;
    for (long dim : dims) {
      count *= dim;
    }
    return count;
  }

  private TensorData bytes(ElementType type, int bound, long... dims) {
    byte[] values = new byte[(int) count(dims)];
    for (int i = 0; i < values.length; i++) {
      int value = random.nextInt(2 * bound + 1) - bound;
      values[i] = (byte) (type == ElementType.U8 ? value + 128 : value);
    }
    return TensorData.of(type, MemorySegment.ofArray(values), dims);
  }

  private static TensorData number(ElementType type, int value) {
    return TensorData.of(type, MemorySegment.ofArray(new byte[] {(byte) value}));
  }

  private String scale(double value) {
    return b.constant(TensorData.of(new float[] {(float) value}));
  }

  private String scales(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 0.01f + 0.01f * random.nextFloat();
    }
    return b.constant(TensorData.of(values, count));
  }

  private String input(ElementType type, int bound, long... dims) {
    String name = b.input("x" + inputs.size(), TensorType.of(type, dims));
    inputs.put(name, bytes(type, bound, dims));
    return name;
  }

  private String quantized(String x, Kind kind, double scale) {
    String zero = b.constant(number(kind.type, kind.zero));
    return b.add(new QuantizeLinear(1, 0, kind.type), x, scale(scale), zero);
  }

  private String dequantized(String x, Kind kind, double scale) {
    return b.add(
        new DequantizeLinear(1, 0), x, scale(scale), b.constant(number(kind.type, kind.zero)));
  }

  private String weights(int bound, long axis, long... dims) {
    String scales = scales((int) dims[(int) axis]);
    return b.add(
        new DequantizeLinear(axis, 0), b.constant(bytes(ElementType.I8, bound, dims)), scales);
  }

  private String bias(int count) {
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(2000) - 1000;
    }
    String whole = b.constant(TensorData.of(ElementType.I32, MemorySegment.ofArray(values), count));
    return b.add(new DequantizeLinear(0, 0), whole, scales(count));
  }

  /** Runs compiled and interpreted: whole numbers may be off by one, and rarely are. */
  private Result check(String... outputs) {
    Graph graph = b.output(outputs).build();
    Map<String, TensorData> expected = Interpreter.ofHeap().run(graph, inputs);
    try (Constants constants = Constants.of(engine);
        CompiledGraph compiled =
            new GraphCompiler(engine, constants, graph)
                .compile(Map.of(), GraphCompiler.ImageLayout.ROWS, PlanOptions.DEFAULT);
        GraphExecution execution = compiled.newExecution("test")) {
      for (int run = 0; run < 2; run++) {
        Map<String, TensorData> actual = execution.run(inputs);
        expected.forEach((name, data) -> assertNear(graph, actual.get(name), data));
      }
      return new Result(compiled.program().steps(), compiled.notes());
    }
  }

  private static void assertNear(Graph graph, TensorData actual, TensorData expected) {
    assertThat(actual.type()).isEqualTo(expected.type());
    boolean exact = expected.element() == ElementType.I32;
    boolean whole = expected.element().isInteger();
    double largest = 0;
    for (int i = 0; i < expected.count(); i++) {
      largest = Math.max(largest, Math.abs(expected.doubleAt(i)));
    }
    int off = 0;
    for (int i = 0; i < expected.count(); i++) {
      double error = Math.abs(expected.doubleAt(i) - actual.doubleAt(i));
      double allowed = exact ? 0 : whole ? 1 : 1e-5 * largest;
      assertThat(error).as("element %d of %s", i, graph).isLessThanOrEqualTo(allowed);
      off += whole && error != 0 ? 1 : 0;
    }
    assertThat(off).isLessThanOrEqualTo((int) (1 + expected.count() / 200));
  }

  static Stream<Arguments> kinds() {
    List<Arguments> all = new ArrayList<>();
    for (Kind kind :
        List.of(
            new Kind(ElementType.U8, 0),
            new Kind(ElementType.U8, 131),
            new Kind(ElementType.I8, 0),
            new Kind(ElementType.I8, -128))) {
      for (int bound : new int[] {64, 127}) { // narrow weights, and wide ones
        all.add(Arguments.of(kind, bound));
      }
    }
    return all.stream();
  }

  /** Plain, in groups, depthwise, of stride 2, each with something else behind it. */
  @ParameterizedTest
  @MethodSource("kinds")
  void convolutions(Kind kind, int bound) {
    String x = dequantized(input(kind.type, 127, 2, 8, 9, 7), kind, 0.02);
    Window three = Window.of(3, 3).pads(1, 1, 1, 1);
    String one = b.add(new Conv(three, 1), x, weights(bound, 0, 16, 8, 3, 3), bias(16));
    String relu = quantized(b.add(Unary.of(UnaryFunction.RELU), one), kind, 0.5);
    String two =
        b.add(
            new Conv(three.strides(2, 2), 16),
            dequantized(relu, kind, 0.5),
            weights(bound, 0, 16, 1, 3, 3),
            bias(16));
    String six =
        b.add(
            new Clip(),
            two,
            b.constant(TensorData.of(new float[] {0})),
            b.constant(TensorData.of(new float[] {6})));
    String narrow = quantized(six, kind, 6.0 / 200);
    String three1 =
        b.add(
            new Conv(Window.of(1, 1), 2),
            dequantized(narrow, kind, 6.0 / 200),
            weights(bound, 0, 10, 8, 1, 1));
    check(relu, narrow, quantized(three1, kind, 0.1)).isNative();
  }

  /** What stands between two convolutions is gone. */
  @Test
  void pairsBetweenConvolutionsDisappear() {
    Kind kind = new Kind(ElementType.I8, -128);
    String x =
        dequantized(input(ElementType.U8, 127, 1, 16, 8, 8), new Kind(ElementType.U8, 3), 0.02);
    String y = x;
    for (int i = 0; i < 3; i++) {
      String conv = b.add(new Conv(Window.of(1, 1), 1), y, weights(64, 0, 16, 16, 1, 1), bias(16));
      y = dequantized(quantized(b.add(Unary.of(UnaryFunction.RELU), conv), kind, 0.1), kind, 0.1);
    }
    Result result = check(quantized(y, kind, 0.1)).isNative();
    assertThat(result.steps)
        .filteredOn(step -> step.kind().equals("convolution"))
        .hasSize(3)
        .noneMatch(StepInfo::reference)
        .allMatch(step -> step.operands().get("weights").contains("s8"));
  }

  /** A residual sum rides along, and the rounding before it goes away. */
  @ParameterizedTest
  @MethodSource("kinds")
  void sums(Kind kind, int bound) {
    String x = input(kind.type, 127, 1, 8, 6, 6);
    String whole = dequantized(x, kind, 0.03);
    String conv =
        b.add(new Conv(Window.of(1, 1), 1), whole, weights(bound, 0, 8, 8, 1, 1), bias(8));
    String rounded = dequantized(quantized(conv, kind, 1e-4), kind, 1e-4); // in fine steps: cut off
    String sum = b.add(new Binary(BinaryFunction.ADD), whole, conv);
    String y = quantized(b.add(Unary.of(UnaryFunction.RELU), sum), kind, 0.05);
    check(y, quantized(rounded, kind, 1e-4)).isNative();
  }

  @Test
  void sumsAreOneStep() {
    Kind kind = new Kind(ElementType.U8, 120);
    String whole = dequantized(input(ElementType.U8, 127, 1, 16, 6, 6), kind, 0.03);
    String conv =
        b.add(new Conv(Window.of(1, 1), 1), whole, weights(64, 0, 16, 16, 1, 1), bias(16));
    String sum = b.add(new Binary(BinaryFunction.ADD), conv, whole);
    Result result = check(quantized(sum, kind, 0.05)).isNative();
    assertThat(result.steps).filteredOn(step -> step.kind().equals("binary")).isEmpty();
    assertThat(result.steps)
        .filteredOn(step -> step.kind().equals("convolution"))
        .singleElement()
        .satisfies(step -> assertThat(step.postOps()).startsWith("+add"));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void products(Kind kind, int bound) {
    String x = dequantized(input(kind.type, 127, 3, 40), kind, 0.02);
    String gemm = b.add(new Gemm(1, 1, false, true), x, weights(bound, 0, 24, 40), bias(24));
    String y = quantized(gemm, kind, 0.3);
    String product =
        b.add(new MatMul(), dequantized(y, kind, 0.3), weights(bound, 1, 24, 10)); // to floats
    check(y, product).isNative();
  }

  @Test
  void productsOfManyRows() {
    Kind kind = new Kind(ElementType.U8, 100);
    String x = dequantized(input(ElementType.U8, 127, 2, 5, 40), kind, 0.02);
    String y = b.add(new MatMul(), x, weights(64, 1, 40, 40));
    String sum = b.add(new Binary(BinaryFunction.ADD), y, x);
    check(quantized(sum, kind, 0.3)).isNative();
  }

  /** A bias for each row is none that a product of whole numbers takes. */
  @Test
  void productsWithColumnsOfBias() {
    Kind kind = new Kind(ElementType.U8, 100);
    String x = dequantized(input(ElementType.U8, 127, 3, 40), kind, 0.02);
    String c = b.constant(TensorData.of(new float[] {1, 2, 3}, 3, 1));
    String y = b.add(new Gemm(1, 1, false, true), x, weights(64, 0, 3, 40), c);
    check(quantized(y, kind, 0.3));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void operators(boolean constant) {
    String x = input(ElementType.U8, 127, 1, 6, 5, 5);
    TensorData kernel = bytes(ElementType.U8, 127, 4, 6, 3, 3);
    String w = constant ? b.constant(kernel) : computed(kernel);
    String zero = b.constant(number(ElementType.U8, 119));
    String sums = b.add(new QuantizedConv(Window.of(3, 3), 1, false), x, w, zero);
    String moved = b.add(new QuantizedConv(Window.of(3, 3), 1, false), x, w, zero, zero);
    String scaled =
        b.add(
            new QuantizedConv(Window.of(3, 3).pads(1, 1, 1, 1), 1, true),
            x,
            scale(0.02),
            zero,
            w,
            scale(0.01),
            b.constant(number(ElementType.U8, 128)),
            scale(0.7),
            b.constant(number(ElementType.I8, -5)));
    check(sums, moved, scaled).isNative();
  }

  private String computed(TensorData data) {
    String name = b.input("w" + inputs.size(), data.type());
    inputs.put(name, data);
    return name;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void productsOfMatrices(boolean constant) {
    String x = input(ElementType.I8, 127, 5, 33);
    TensorData right = bytes(ElementType.U8, 127, 33, 7);
    String w = constant ? b.constant(right) : computed(right);
    String zero = b.constant(number(ElementType.I8, -7));
    String other = b.constant(number(ElementType.U8, 250));
    String sums = b.add(new QuantizedMatMul(false), x, w, zero, other);
    String plain = b.add(new QuantizedMatMul(false), x, w);
    String scaled =
        b.add(
            new QuantizedMatMul(true),
            x,
            scale(0.02),
            zero,
            w,
            scale(0.01),
            other,
            scale(2),
            b.constant(number(ElementType.U8, 13)));
    check(sums, plain, scaled).isNative();
  }

  /** Sums that floats don't hold. */
  @Test
  void wholeSumsAreExact() {
    String x = input(ElementType.U8, 127, 4, 3000);
    String w = b.constant(bytes(ElementType.I8, 127, 3000, 5));
    check(b.add(new QuantizedMatMul(false), x, w)).isNative();
  }

  /** As ONNX has it: quotients are rounded to even before an odd zero point is added. */
  @Test
  void quantizesTies() {
    float[] values = {-2.5f, -1.5f, -.5f, .5f, 1.5f, 2.5f, 3.5f, 1e30f, -1e30f, 7.5f};
    String x = b.input("x", TensorType.of(ElementType.F32, 10));
    inputs.put("x", TensorData.of(values, 10));
    List<String> outputs = new ArrayList<>();
    for (int zero : new int[] {0, 3, 128}) {
      outputs.add(quantized(x, new Kind(ElementType.U8, zero), 1));
    }
    outputs.add(quantized(x, new Kind(ElementType.I8, -7), 3));
    outputs.add(b.add(new QuantizeLinear(0, 0, ElementType.U8), x, scale(0.5)));
    Graph graph = b.output(outputs.toArray(String[]::new)).build();
    Map<String, TensorData> expected = Interpreter.ofHeap().run(graph, inputs);
    try (Constants constants = Constants.of(engine);
        CompiledGraph compiled =
            new GraphCompiler(engine, constants, graph)
                .compile(Map.of(), GraphCompiler.ImageLayout.ROWS, PlanOptions.DEFAULT);
        GraphExecution execution = compiled.newExecution("test")) {
      Map<String, TensorData> actual = execution.run(inputs);
      outputs.forEach(
          name -> assertThat(actual.get(name).toLongs()).isEqualTo(expected.get(name).toLongs()));
      assertThat(compiled.notes()).noneMatch(Agreement::isJava);
    }
  }

  @Test
  void axesAndBlocks() {
    String x = b.input("x", TensorType.of(ElementType.F32, 2, 6, 4));
    float[] values = new float[48];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() * 10 - 5;
    }
    inputs.put("x", TensorData.of(values, 2, 6, 4));
    List<String> outputs = new ArrayList<>();
    for (ElementType type : List.of(ElementType.U8, ElementType.I8)) {
      String zero = b.constant(bytes(type, 20, 6));
      String scales = scales(6);
      String q = b.add(new QuantizeLinear(1, 0, type), x, scales, zero);
      outputs.addAll(List.of(q, b.add(new DequantizeLinear(-2, 0), q, scales, zero)));
      String zeros = b.constant(bytes(type, 20, 2, 3, 4));
      String grid = b.constant(TensorData.of(grid(), 2, 3, 4));
      String blocks = b.add(new QuantizeLinear(1, 2, type), x, grid, zeros);
      outputs.addAll(List.of(blocks, b.add(new DequantizeLinear(1, 2), blocks, grid, zeros)));
    }
    check(outputs.toArray(String[]::new)).isNative();
  }

  private float[] grid() {
    float[] values = new float[24];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.02f + 0.02f * random.nextFloat();
    }
    return values;
  }

  /** Of nothing but zeros, of one sign, of both, and of more elements than columns divide. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void dynamic(int kind) {
    long[] dims = kind == 3 ? new long[] {67, 3} : new long[] {2, 3, 4, 8};
    float[] values = new float[(int) count(dims)];
    for (int i = 0; i < values.length; i++) {
      float value = random.nextFloat();
      values[i] = kind == 0 ? 0 : kind == 1 ? -value : 2 * value - 1;
    }
    b.input("x", TensorType.of(ElementType.F32, dims));
    inputs.put("x", TensorData.of(values, dims));
    b.add(new Node("q", new DynamicQuantizeLinear(), List.of("x"), List.of("q", "s", "z")));
    check("q", "s", "z").isNative();
  }

  /** As networks that are quantised on the way have it: scales are known only in a run. */
  @Test
  void dynamicProducts() {
    float[] values = new float[5 * 64];
    for (int i = 0; i < values.length; i++) {
      values[i] = 3 * random.nextFloat() - 1;
    }
    b.input("x", TensorType.of(ElementType.F32, 5, 64));
    inputs.put("x", TensorData.of(values, 5, 64));
    b.add(new Node("q", new DynamicQuantizeLinear(), List.of("x"), List.of("q", "s", "z")));
    String w = b.constant(bytes(ElementType.I8, 64, 64, 12));
    Result result = check(b.add(new QuantizedMatMul(false), "q", w, "z")).isNative();
    assumeThat(CpuIsa.addsBytesShort()).isFalse();
    assertThat(result.notes).isEmpty();
  }
}
