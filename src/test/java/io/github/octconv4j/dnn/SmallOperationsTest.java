package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.graph.UnaryFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Resampling, reorder, eltwise, binary, inner product, concat and sum: numbers and checks. */
class SmallOperationsTest {
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.cpu();
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static MemoryDesc f32(FormatTag tag, long... dims) {
    return MemoryDesc.of(DataType.F32, tag, dims);
  }

  private static MemoryDesc any(long... dims) {
    return f32(FormatTag.ANY, dims);
  }

  private static Map<Arg, float[]> sources(List<float[]> arrays) {
    Map<Arg, float[]> values = new HashMap<>();
    for (int i = 0; i < arrays.size(); i++) {
      values.put(Arg.source(i), arrays.get(i));
    }
    return values;
  }

  @Test
  void nearestOfFactorTwoTakesHalfTheIndex() {
    for (int c : new int[] {1, 5, 16, 19}) {
      int[] size = {3, 5};
      float[] x = Loops.iota(2 * c * size[0] * size[1]);
      float[] expected = new float[4 * x.length];
      for (int plane = 0; plane < 2 * c; plane++) {
        for (int i = 0; i < 2 * size[0]; i++) {
          for (int j = 0; j < 2 * size[1]; j++) {
            expected[(plane * 2 * size[0] + i) * 2 * size[1] + j] =
                x[(plane * size[0] + i / 2) * size[1] + j / 2];
          }
        }
      }
      for (FormatTag tag : List.of(FormatTag.NCHW, FormatTag.NHWC)) {
        Resampling up =
            new Resampling(Algorithm.RESAMPLING_NEAREST, f32(tag, 2, c, 3, 5), any(2, c, 6, 10));
        assertThat(Run.run(engine, up, Map.of(Arg.SRC, x))).containsExactly(expected);
      }
    }
  }

  @Test
  void resamplingTakesSumAndRelu() {
    float[] x = Loops.random(new Random(3), 2 * 3 * 4);
    float[] before = Loops.random(new Random(4), 4 * x.length);
    Resampling up =
        new Resampling(
            Algorithm.RESAMPLING_NEAREST,
            f32(FormatTag.NHWC, 1, 2, 3, 4),
            f32(FormatTag.NHWC, 1, 2, 6, 8));
    float[] y =
        Run.run(
            engine,
            up,
            Attributes.of(PostOps.NONE.sum().relu()),
            Map.of(Arg.SRC, x, Arg.DST, before));
    for (int i = 0; i < y.length; i++) {
      int plane = i / 48;
      int row = i / 8 % 6;
      int column = i % 8;
      float nearest = x[(plane * 3 + row / 2) * 4 + column / 2];
      assertThat(y[i]).isEqualTo(Math.max(0, nearest + before[i]));
    }
  }

  @Test
  void resamplingShapesMustFit() {
    assertThatThrownBy(
            () -> new Resampling(Algorithm.POOLING_MAX, any(1, 2, 3, 4), any(1, 2, 6, 8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("algorithm must be one of RESAMPLING_*, was POOLING_MAX");
    for (MemoryDesc dst : List.of(any(1, 3, 6, 8), any(2, 2, 6, 8), any(1, 2, 6), any(1, 2))) {
      assertThatThrownBy(() -> new Resampling(Algorithm.RESAMPLING_LINEAR, any(1, 2, 3, 4), dst))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "src and dst must have the same 3 to 5 dimensions, batch and channels, were f32"
                  + " 1x2x3x4 any and "
                  + dst);
    }
  }

  @Test
  void reorderConvertsTypes() {
    float[] values = {0, 1, -1.5f, 2.5f, 100.25f, -128, 1e-3f, 3};
    try (Arena arena = Arena.ofConfined()) {
      Tensor x = Tensor.of(arena, values, 8);
      Tensor bf16 = Tensor.allocate(MemoryDesc.of(DataType.BF16, FormatTag.A, 8), arena);
      Reorder.copy(engine, x, bf16);
      for (int i = 0; i < 8; i++) {
        int bits = Float.floatToRawIntBits(values[i]);
        int rounded = (bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16; // to nearest, ties to even
        assertThat(bf16.segment().getAtIndex(ValueLayout.JAVA_SHORT, i)).isEqualTo((short) rounded);
      }
      float[] back = Run.plain(engine, bf16, arena);
      assertThat(back).containsSequence(0, 1, -1.5f, 2.5f);
      Tensor s8 = Tensor.allocate(MemoryDesc.of(DataType.S8, FormatTag.A, 8), arena);
      Reorder.copy(engine, x, s8);
      assertThat(s8.segment().toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(0, 1, -2, 2, 100, -128, 0, 3);
    }
  }

  @Test
  void reorderShapesMustFit() {
    MemoryDesc src = f32(FormatTag.NCHW, 1, 2, 3, 4);
    for (MemoryDesc dst : List.of(src.any(), f32(FormatTag.NCHW, 1, 2, 4, 3))) {
      assertThatThrownBy(() -> new Reorder(src, dst))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "src and dst must have the same dimensions and known layouts, were f32 1x2x3x4 abcd"
                  + " and "
                  + dst);
    }
    assertThatThrownBy(() -> new Reorder(src.any(), src))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static DoubleUnaryOperator function(Algorithm algorithm, double alpha, double beta) {
    return switch (algorithm) {
      case ELTWISE_RELU -> x -> x > 0 ? x : alpha * x;
      case ELTWISE_LINEAR -> x -> alpha * x + beta;
      case ELTWISE_CLIP -> x -> Math.min(Math.max(x, alpha), beta);
      case ELTWISE_LOGISTIC -> x -> 1 / (1 + Math.exp(-x));
      case ELTWISE_SWISH -> x -> x / (1 + Math.exp(-alpha * x));
      case ELTWISE_TANH -> Math::tanh;
      case ELTWISE_ABS -> Math::abs;
      case ELTWISE_EXP -> Math::exp;
      case ELTWISE_ELU -> x -> x > 0 ? x : alpha * Math.expm1(x);
      case ELTWISE_HARDSIGMOID -> x -> Math.clamp(alpha * x + beta, 0, 1);
      case ELTWISE_HARDSWISH -> x -> x * Math.clamp(alpha * x + beta, 0, 1);
      case ELTWISE_GELU_ERF -> x -> UnaryFunction.GELU.apply(x, 0, 0);
      case ELTWISE_MISH -> x -> x * Math.tanh(Math.log1p(Math.exp(x)));
      default -> throw new IllegalArgumentException(algorithm.toString());
    };
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "ELTWISE_.*")
  void eltwiseIsAsDocumented(Algorithm algorithm) {
    float[] x = Loops.random(new Random(5), 2 * 7 * 5 * 3);
    double[] expected = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      x[i] *= 3;
      expected[i] = function(algorithm, 0.25, 0.75).applyAsDouble(x[i]);
    }
    MemoryDesc src = f32(FormatTag.NHWC, 2, 7, 5, 3);
    float[] y = Run.run(engine, new Eltwise(algorithm, src, src, 0.25f, 0.75f), Map.of(Arg.SRC, x));
    Close.assertClose(y, expected, 1e-5);
  }

  @Test
  void eltwiseShapesMustFit() {
    assertThatThrownBy(() -> new Eltwise(Algorithm.ELTWISE_RELU, any(2, 3), any(3, 2), 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("src and dst must have the same dimensions, were f32 2x3 any and f32 3x2 any");
    assertThatThrownBy(() -> new Eltwise(Algorithm.BINARY_ADD, any(2, 3), any(2, 3), 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("algorithm must be one of ELTWISE_*, was BINARY_ADD");
    assertThatThrownBy(() -> new PostOps.Eltwise(Algorithm.BINARY_ADD, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("algorithm must be one of ELTWISE_*, was BINARY_ADD");
    assertThatThrownBy(() -> new PostOps.Binary(Algorithm.ELTWISE_RELU, any(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("algorithm must be one of BINARY_*, was ELTWISE_RELU");
  }

  private static DoubleBinaryOperator function(Algorithm algorithm) {
    return switch (algorithm) {
      case BINARY_ADD -> Double::sum;
      case BINARY_MUL -> (a, b) -> a * b;
      case BINARY_MAX -> Math::max;
      case BINARY_MIN -> Math::min;
      case BINARY_SUB -> (a, b) -> a - b;
      case BINARY_DIV -> (a, b) -> a / b;
      default -> throw new IllegalArgumentException(algorithm.toString());
    };
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "BINARY_.*")
  void binaryBroadcastsDimensionsOfOne(Algorithm algorithm) {
    int[] full = {2, 5, 3, 4};
    for (int[] other :
        new int[][] {{2, 5, 3, 4}, {1, 5, 1, 1}, {1, 1, 1, 1}, {2, 1, 3, 4}, {1, 1, 1, 4}}) {
      long[] dims = {other[0], other[1], other[2], other[3]};
      Random random = new Random(6);
      float[] a = Loops.random(random, 120);
      float[] b = Loops.random(random, Loops.product(dims));
      double[] expected = new double[120];
      for (int i = 0; i < 120; i++) {
        int rest = i;
        int offset = 0;
        int step = 1;
        for (int d = 3; d >= 0; d--) {
          int index = rest % full[d];
          rest /= full[d];
          offset += (other[d] == 1 ? 0 : index) * step;
          step *= other[d];
        }
        expected[i] = function(algorithm).applyAsDouble(a[i], b[offset]);
      }
      Binary binary =
          new Binary(
              algorithm,
              f32(FormatTag.NHWC, 2, 5, 3, 4),
              f32(FormatTag.NHWC, dims),
              any(2, 5, 3, 4));
      float[] y = Run.run(engine, binary, Map.of(Arg.SRC, a, Arg.SRC_1, b));
      Close.assertClose(y, expected, 1e-6);
    }
  }

  @Test
  void binaryShapesMustFit() {
    for (MemoryDesc src1 : List.of(any(1, 2), any(2), any(3, 3))) {
      assertThatThrownBy(() -> new Binary(Algorithm.BINARY_ADD, any(2, 3), src1, any(2, 3)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "src0 and dst must have the same dimensions and src1 the same or 1, were f32 2x3 any,"
                  + " f32 2x3 any and "
                  + src1);
    }
    assertThatThrownBy(() -> new Binary(Algorithm.BINARY_ADD, any(1, 3), any(2, 3), any(2, 3)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Binary(Algorithm.POOLING_MAX, any(2, 3), any(2, 3), any(2, 3)))
        .hasMessage("algorithm must be one of BINARY_*, was POOLING_MAX");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void innerProductIsAMatrixProduct(boolean bias) {
    long[][] shapes = {{3, 37}, {2, 5, 3, 4}, {1, 64, 1, 1}, {2, 3, 7}};
    for (long[] srcDims : shapes) {
      int n = (int) srcDims[0];
      int oc = 11;
      int k = Loops.product(srcDims) / n;
      long[] weightsDims = srcDims.clone();
      weightsDims[0] = oc;
      Random random = new Random(8);
      Map<Arg, float[]> values = new HashMap<>();
      values.put(Arg.SRC, Loops.random(random, n * k));
      values.put(Arg.WEIGHTS, Loops.random(random, oc * k));
      float[] b = Loops.random(random, oc);
      if (bias) {
        values.put(Arg.BIAS, b);
      }
      double[] expected = new double[n * oc];
      for (int i = 0; i < n; i++) {
        for (int o = 0; o < oc; o++) {
          double sum = bias ? b[o] : 0;
          for (int j = 0; j < k; j++) {
            sum += (double) values.get(Arg.SRC)[i * k + j] * values.get(Arg.WEIGHTS)[o * k + j];
          }
          expected[i * oc + o] = sum;
        }
      }
      InnerProduct product =
          new InnerProduct(any(srcDims), any(weightsDims), bias ? any(oc) : null, any(n, oc));
      Close.assertClose(Run.run(engine, product, values), expected, Close.tolerance(k));
      assertThat(product.multiplyAdds()).isEqualTo((long) n * oc * k);
    }
  }

  @Test
  void innerProductShapesMustFit() {
    MemoryDesc src = any(2, 5, 3, 4);
    MemoryDesc weights = any(7, 5, 3, 4);
    MemoryDesc dst = any(2, 7);
    assertThat(new InnerProduct(src, weights, null, dst).kind()).isEqualTo("inner_product");
    List<InnerProductParts> wrong =
        List.of(
            new InnerProductParts(any(2, 60), weights, null, dst),
            new InnerProductParts(src, any(7, 5, 4, 3), null, dst),
            new InnerProductParts(src, weights, any(6), dst),
            new InnerProductParts(src, weights, null, any(2, 8)),
            new InnerProductParts(src, weights, null, any(3, 7)),
            new InnerProductParts(src, weights, null, any(2, 7, 1)),
            new InnerProductParts(any(5), any(5), null, any(5)));
    for (InnerProductParts parts : wrong) {
      assertThatThrownBy(() -> new InnerProduct(parts.src, parts.weights, parts.bias, parts.dst))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              String.format(
                  Locale.ROOT,
                  "src (n, ic, ...), weights (oc, ic, ...), bias (oc) and dst (n, oc) must fit, were %s, %s, %s and %s",
                  parts.src,
                  parts.weights,
                  parts.bias,
                  parts.dst));
    }
  }

  private record InnerProductParts(
      MemoryDesc src, MemoryDesc weights, MemoryDesc bias, MemoryDesc dst) {}

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void concatLaysSourcesSideBySide(int axis) {
    List<MemoryDesc> descs = new ArrayList<>();
    List<float[]> arrays = new ArrayList<>();
    long[] whole = {2, 5, 3, 4};
    whole[axis] = 0;
    for (int i = 0; i < 3; i++) {
      long[] dims = {2, 5, 3, 4};
      dims[axis] = i + 1L;
      whole[axis] += i + 1;
      descs.add(f32(i == 1 ? FormatTag.NHWC : FormatTag.NCHW, dims));
      arrays.add(Loops.random(new Random(i), Loops.product(dims)));
    }
    Concat concat = new Concat(axis, descs, f32(FormatTag.NHWC, whole));
    assertThat(concat.arguments())
        .containsExactly(Arg.source(0), Arg.source(1), Arg.source(2), Arg.DST);
    float[] y = Run.run(engine, concat, sources(arrays));

    float[] expected = new float[y.length];
    int before = 0;
    int inner = Loops.product(Arrays.copyOfRange(whole, axis + 1, 4));
    int outer = Loops.product(Arrays.copyOf(whole, axis));
    for (int i = 0; i < 3; i++) {
      int run = (i + 1) * inner;
      for (int o = 0; o < outer; o++) {
        System.arraycopy(
            arrays.get(i), o * run, expected, o * (int) whole[axis] * inner + before, run);
      }
      before += run;
    }
    assertThat(y).containsExactly(expected);
  }

  @Test
  void concatShapesMustFit() {
    List<MemoryDesc> sources = List.of(any(2, 3), any(2, 4));
    assertThat(new Concat(1, sources, any(2, 7)).kind()).isEqualTo("concat");
    for (MemoryDesc dst : List.of(any(2, 8), any(3, 7), any(2, 7, 1))) {
      assertThatThrownBy(() -> new Concat(1, sources, dst))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              String.format(
                  Locale.ROOT, "sources %s do not fill dst %s along dimension 1", sources, dst));
    }
    for (int axis : new int[] {-1, 2}) {
      assertThatThrownBy(() -> new Concat(axis, sources, any(2, 7)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              String.format(
                  Locale.ROOT,
                  "axis must be 0 to 1 and sources at least one, were %d and %s",
                  axis,
                  sources));
    }
    assertThatThrownBy(() -> new Concat(1, List.of(), any(2, 7)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("axis must be 0 to 1 and sources at least one, were 1 and []");
  }

  @Test
  void sumAddsAllSources() {
    List<float[]> arrays = new ArrayList<>();
    List<MemoryDesc> descs = new ArrayList<>();
    double[] expected = new double[2 * 5 * 3 * 4];
    for (int i = 0; i < 4; i++) {
      float[] values = Loops.random(new Random(i), expected.length);
      arrays.add(values);
      descs.add(f32(i % 2 == 0 ? FormatTag.NHWC : FormatTag.NCHW, 2, 5, 3, 4));
      for (int j = 0; j < values.length; j++) {
        expected[j] += values[j];
      }
    }
    Sum sum = new Sum(descs, any(2, 5, 3, 4));
    Close.assertClose(Run.run(engine, sum, sources(arrays)), expected, 1e-6);
  }

  @Test
  void sumShapesMustFit() {
    assertThatThrownBy(() -> new Sum(List.of(), any(2, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "sources must be at least one and have the dimensions of dst, were [] and f32 2x3 any");
    List<MemoryDesc> sources = List.of(any(2, 3), any(3, 2));
    assertThatThrownBy(() -> new Sum(sources, any(2, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("sources must be at least one");
  }

  @Test
  void argumentsHaveNames() {
    assertThat(
            List.of(
                Arg.SRC,
                Arg.SRC_1,
                Arg.DST,
                Arg.WEIGHTS,
                Arg.BIAS,
                Arg.SCRATCHPAD,
                Arg.source(0),
                Arg.source(12),
                Arg.postOp(0),
                Arg.postOp(3),
                new Arg(77)))
        .extracting(Arg::toString)
        .containsExactly(
            "src",
            "src1",
            "dst",
            "weights",
            "bias",
            "scratchpad",
            "src0",
            "src12",
            "postop0",
            "postop3",
            "arg77");
  }

  @Test
  void formatTagsByRank() {
    assertThat(FormatTag.rowMajor(4)).isEqualTo(FormatTag.NCHW);
    assertThat(FormatTag.rowMajor(1)).isEqualTo(FormatTag.A);
    assertThat(FormatTag.channelsLast(3)).isEqualTo(FormatTag.NWC);
    assertThat(FormatTag.channelsLast(5)).isEqualTo(FormatTag.NDHWC);
    assertThatThrownBy(() -> FormatTag.rowMajor(0)).hasMessage("rank must be 1 to 6, was 0");
    assertThatThrownBy(() -> FormatTag.channelsLast(2)).hasMessage("rank must be 3 to 5, was 2");
  }
}
