package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.github.octconv4j.Bf16Support;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolution against a plain double loop, and its checks. */
class ConvolutionTest {
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.cpu();
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  /** One problem; arrays have a number for each spatial dimension. */
  @SuppressWarnings("ArrayRecordComponent") // compared by no one
  private record Problem(
      String name,
      int n,
      int groups,
      int ic,
      int oc,
      boolean bias,
      long[] size,
      long[] kernel,
      long[] stride,
      long[] dilation,
      long[] left,
      long[] right) {

    Window window() {
      return Window.of(kernel).strides(stride).dilations(dilation).padding(left, right);
    }

    long[] src() {
      return dims(n, ic, size);
    }

    long[] weights() {
      return groups == 1
          ? dims(oc, ic, kernel)
          : concat(new long[] {groups, oc / groups, ic / groups}, kernel);
    }

    long[] dst() {
      long[] out = new long[size.length];
      for (int d = 0; d < out.length; d++) {
        out[d] = window().output(d, size[d]);
      }
      return dims(n, oc, out);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static long[] dims(long a, long b, long[] rest) {
    return concat(new long[] {a, b}, rest);
  }

  private static long[] concat(long[] a, long[] b) {
    long[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  private static long[] of(long... values) {
    return values;
  }

  static List<Problem> problems() {
    return List.of(
        new Problem("1-D", 2, 1, 5, 7, true, of(13), of(3), of(1), of(0), of(1), of(1)),
        new Problem(
            "1-D stride, dilation, asymmetric",
            1,
            1,
            3,
            4,
            false,
            of(17),
            of(3),
            of(2),
            of(2),
            of(3),
            of(1)),
        new Problem(
            "2-D 1x1", 3, 1, 17, 19, true, of(5, 3), of(1, 1), of(1, 1), of(0, 0), of(0, 0),
            of(0, 0)),
        new Problem(
            "2-D kh != kw, asymmetric",
            2,
            1,
            9,
            8,
            true,
            of(7, 11),
            of(2, 5),
            of(1, 1),
            of(0, 0),
            of(1, 0),
            of(0, 4)),
        new Problem(
            "2-D stride 2 of odd sizes",
            2,
            1,
            16,
            33,
            false,
            of(9, 7),
            of(3, 3),
            of(2, 2),
            of(0, 0),
            of(1, 1),
            of(1, 1)),
        new Problem(
            "2-D dilation",
            1,
            1,
            6,
            5,
            true,
            of(10, 12),
            of(3, 2),
            of(1, 1),
            of(1, 2),
            of(2, 1),
            of(2, 2)),
        new Problem(
            "2-D 7x7 on 3 channels",
            1,
            1,
            3,
            16,
            true,
            of(15, 13),
            of(7, 7),
            of(2, 2),
            of(0, 0),
            of(3, 3),
            of(3, 3)),
        new Problem(
            "2-D kernel larger than image",
            1,
            1,
            4,
            4,
            false,
            of(2, 2),
            of(5, 5),
            of(1, 1),
            of(0, 0),
            of(2, 2),
            of(2, 2)),
        new Problem(
            "2-D 2 groups",
            2,
            2,
            6,
            10,
            true,
            of(6, 5),
            of(3, 3),
            of(1, 1),
            of(0, 0),
            of(1, 1),
            of(1, 1)),
        new Problem(
            "2-D depthwise",
            2,
            11,
            11,
            11,
            true,
            of(6, 7),
            of(3, 3),
            of(1, 1),
            of(0, 0),
            of(1, 1),
            of(1, 1)),
        new Problem(
            "2-D depthwise x3",
            1,
            5,
            5,
            15,
            false,
            of(8, 8),
            of(3, 3),
            of(2, 2),
            of(0, 0),
            of(1, 1),
            of(0, 0)),
        new Problem(
            "2-D one pixel, one channel",
            1,
            1,
            1,
            1,
            true,
            of(1, 1),
            of(1, 1),
            of(1, 1),
            of(0, 0),
            of(0, 0),
            of(0, 0)),
        new Problem(
            "3-D",
            2,
            1,
            3,
            5,
            true,
            of(4, 5, 6),
            of(3, 2, 1),
            of(1, 2, 1),
            of(0, 0, 0),
            of(1, 0, 0),
            of(0, 1, 0)),
        new Problem(
            "3-D groups, dilation",
            1,
            3,
            6,
            9,
            false,
            of(5, 6, 7),
            of(2, 2, 3),
            of(1, 1, 2),
            of(1, 0, 1),
            of(1, 0, 2),
            of(0, 0, 2)));
  }

  private static Convolution convolution(Problem p, FormatTag images) {
    MemoryDesc src = MemoryDesc.of(DataType.F32, images, p.src());
    MemoryDesc dst = MemoryDesc.of(DataType.F32, images, p.dst());
    MemoryDesc weights = MemoryDesc.of(DataType.F32, FormatTag.ANY, p.weights());
    MemoryDesc bias = p.bias ? MemoryDesc.of(DataType.F32, FormatTag.A, p.oc) : null;
    return new Convolution(src, weights, bias, dst, p.window());
  }

  private static Map<Arg, float[]> values(Problem p) {
    Random random = new Random(p.name.hashCode());
    Map<Arg, float[]> values = new HashMap<>();
    values.put(Arg.SRC, Loops.random(random, Loops.product(p.src())));
    values.put(Arg.WEIGHTS, Loops.random(random, Loops.product(p.weights())));
    if (p.bias) {
      values.put(Arg.BIAS, Loops.random(random, p.oc));
    }
    return values;
  }

  private static double[] expected(Problem p, Map<Arg, float[]> values) {
    return Loops.convolution(
        values.get(Arg.SRC),
        Loops.image(p.src()),
        values.get(Arg.WEIGHTS),
        p.groups,
        values.get(Arg.BIAS),
        Loops.image(p.dst()),
        Loops.Geometry.of(p.kernel, p.stride, p.dilation, p.left));
  }

  private static double tolerance(Problem p) {
    return Close.tolerance((long) p.ic / p.groups * Loops.product(p.kernel));
  }

  @ParameterizedTest
  @MethodSource("problems")
  void rowMajorChannelsLastAndAny(Problem p) {
    Map<Arg, float[]> values = values(p);
    double[] expected = expected(p, values);
    int rank = p.src().length;
    for (FormatTag images :
        List.of(FormatTag.rowMajor(rank), FormatTag.channelsLast(rank), FormatTag.ANY)) {
      float[] y = Run.run(engine, convolution(p, images), values);
      Close.assertClose(y, expected, tolerance(p));
    }
  }

  @ParameterizedTest
  @MethodSource("problems")
  void postOpsRideAlong(Problem p) {
    Map<Arg, float[]> values = values(p);
    double[] plain = expected(p, values);
    Random random = new Random(7);
    float[] before = Loops.random(random, plain.length);
    float[] perChannel = Loops.random(random, p.oc);
    values.put(Arg.DST, before);
    values.put(Arg.postOp(2), perChannel);
    long[] channelDims = new long[p.src().length];
    Arrays.fill(channelDims, 1);
    channelDims[1] = p.oc;
    FormatTag tag = FormatTag.channelsLast(channelDims.length);
    PostOps ops =
        PostOps.NONE
            .and(new PostOps.Sum(0.5f))
            .relu()
            .and(
                new PostOps.Binary(
                    Algorithm.BINARY_MUL, MemoryDesc.of(DataType.F32, tag, channelDims)))
            .and(new PostOps.Eltwise(Algorithm.ELTWISE_LINEAR, 2, 1));
    assertThat(ops).hasToString("+sum:0.5+relu+mul+linear");
    double[] expected = new double[plain.length];
    int pixels = plain.length / (p.n * p.oc);
    for (int i = 0; i < plain.length; i++) {
      double relu = Math.max(0, plain[i] + 0.5 * before[i]);
      expected[i] = 2 * relu * perChannel[i / pixels % p.oc] + 1;
    }
    float[] y = Run.run(engine, convolution(p, tag), Attributes.of(ops), values);
    Close.assertClose(y, expected, 4 * tolerance(p));
  }

  @Test
  void countsMultiplyAdds() {
    for (Problem p : problems()) {
      long perElement = (long) p.ic / p.groups * Loops.product(p.kernel);
      assertThat(convolution(p, FormatTag.ANY).multiplyAdds())
          .isEqualTo(Loops.product(p.dst()) * perElement);
    }
  }

  @Test
  void bf16ArithmeticIsLessExactAndStaysClose() {
    Problem p = problems().get(4);
    Map<Arg, float[]> values = values(p);
    double[] expected = expected(p, values);
    Attributes bf16 = new Attributes(PostOps.NONE, FpMath.BF16);
    float[] y = Run.run(engine, convolution(p, FormatTag.NHWC), bf16, values);
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < y.length; i++) {
      assertThat((double) y[i]).isCloseTo(expected[i], offset(2e-2 * largest));
    }
    try (PrimitiveDesc strict =
            PrimitiveDesc.of(engine, convolution(p, FormatTag.NHWC), Attributes.NONE);
        PrimitiveDesc fast = PrimitiveDesc.of(engine, convolution(p, FormatTag.NHWC), bf16)) {
      assertThat(strict.attributes().fpMath()).isEqualTo(FpMath.STRICT);
      assertThat(fast.attributes().fpMath()).isEqualTo(FpMath.BF16);
    }
  }

  @Test
  void bf16TensorsStayClose() {
    MemoryDesc src = MemoryDesc.of(DataType.BF16, FormatTag.NHWC, 1, 32, 6, 5);
    MemoryDesc dst = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 16, 6, 5);
    MemoryDesc weights = MemoryDesc.of(DataType.BF16, FormatTag.ANY, 16, 32, 3, 3);
    Random random = new Random(11);
    Map<Arg, float[]> values = new HashMap<>();
    values.put(Arg.SRC, Loops.whole(random, 960));
    values.put(Arg.WEIGHTS, Loops.whole(random, 4608));
    Window window = Window.of(3, 3).padding(1, 1);
    double[] expected =
        Loops.convolution(
            values.get(Arg.SRC),
            Loops.image(1, 32, 6, 5),
            values.get(Arg.WEIGHTS),
            1,
            null,
            Loops.image(1, 16, 6, 5),
            Loops.Geometry.of(of(3, 3), of(1, 1), of(0, 0), of(1, 1)));
    Convolution convolution = new Convolution(src, weights, dst, window);
    assertThat(engine.supports(DataType.BF16)).isEqualTo(Bf16Support.isHere());
    if (!Bf16Support.isHere()) {
      assertThatThrownBy(() -> PrimitiveDesc.of(engine, convolution, Attributes.NONE))
          .isInstanceOf(DnnException.class)
          .hasMessageContaining("UNIMPLEMENTED");
      return;
    }
    // Small whole numbers are exact in bf16, their sums in f32.
    float[] y = Run.run(engine, convolution, values);
    assertThat(y).containsExactly(Loops.floats(expected));
  }

  private static MemoryDesc any(long... dims) {
    return MemoryDesc.of(DataType.F32, FormatTag.ANY, dims);
  }

  @Test
  void shapesMustFit() {
    Window w = Window.of(3, 3).padding(1, 1);
    MemoryDesc src = any(2, 8, 6, 5);
    MemoryDesc dst = any(2, 4, 6, 5);
    MemoryDesc weights = any(4, 8, 3, 3);
    MemoryDesc bias = any(4);
    assertThat(new Convolution(src, weights, bias, dst, w))
        .hasToString(
            "convolution src f32 2x8x6x5 any weights f32 4x8x3x3 any bias dst f32 2x4x6x5 any"
                + " kernel [3, 3] stride [1, 1] dilation [0, 0] padding [1, 1]..[1, 1]");
    assertThat(new Convolution(src, weights, bias, dst, w).arguments())
        .containsExactly(Arg.SRC, Arg.WEIGHTS, Arg.BIAS, Arg.DST);
    assertThat(new Convolution(src, weights, dst, w).arguments())
        .containsExactly(Arg.SRC, Arg.WEIGHTS, Arg.DST);

    refused(
        "src and dst must have the same 3 to 5 dimensions, were f32 2x8 any and f32 2x4 any",
        any(2, 8),
        weights,
        bias,
        any(2, 4),
        w);
    refused(
        "src and dst must have the same 3 to 5 dimensions, were f32 2x8x6x5 any and f32 2x4x30 any",
        src,
        weights,
        bias,
        any(2, 4, 30),
        w);
    refused(
        "weights must have 4 dimensions, or 5 with groups, were f32 4x8x3 any",
        src,
        any(4, 8, 3),
        bias,
        dst,
        w);
    refused(
        "weights f32 4x7x3x3 any need 7 source and 4 destination channels and equal batches, src is"
            + " f32 2x8x6x5 any, dst is f32 2x4x6x5 any",
        src,
        any(4, 7, 3, 3),
        bias,
        dst,
        w);
    refused(
        "weights f32 2x2x8x3x3 any need 16 source and 4 destination channels and equal batches, src"
            + " is f32 2x8x6x5 any, dst is f32 2x4x6x5 any",
        src,
        any(2, 2, 8, 3, 3),
        bias,
        dst,
        w);
    refused(
        "weights f32 4x8x3x3 any need 8 source and 4 destination channels and equal batches, src is"
            + " f32 2x8x6x5 any, dst is f32 1x4x6x5 any",
        src,
        weights,
        bias,
        any(1, 4, 6, 5),
        w);
    refused("bias must have 4 values, was f32 5 any", src, weights, any(5), dst, w);
    refused("bias must have 4 values, was f32 1x4 any", src, weights, any(1, 4), dst, w);
    refused(
        "window kernel [3, 1] stride [1, 1] dilation [0, 0] padding [0, 0]..[0, 0] has another"
            + " kernel than weights f32 4x8x3x3 any",
        src,
        weights,
        bias,
        dst,
        Window.of(3, 1));
    refused(
        "dst f32 2x4x6x5 any does not fit src f32 2x8x6x5 any and window kernel [3, 3] stride [1,"
            + " 1] dilation [0, 0] padding [0, 0]..[0, 0]: dimension 2 must be 4",
        src,
        weights,
        bias,
        dst,
        Window.of(3, 3));
    assertThatThrownBy(() -> new Convolution(any(2, 8, 6), any(4, 8, 3), any(2, 4, 6), w))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void refused(
      String message,
      MemoryDesc src,
      MemoryDesc weights,
      MemoryDesc bias,
      MemoryDesc dst,
      Window window) {
    assertThatThrownBy(() -> new Convolution(src, weights, bias, dst, window))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void aWindowOfTooFewDimensionsIsNamed() {
    assertThatThrownBy(
            () ->
                new Convolution(
                    any(2, 8, 6, 5, 5), any(4, 8, 3, 3, 3), any(2, 4, 6, 5, 5), Window.of(3, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "window kernel [3, 3] stride [1, 1] dilation [0, 0] padding [0, 0]..[0, 0] needs a src"
                + " of 4 dimensions, was f32 2x8x6x5x5 any");
  }

  @Test
  void whatOneDnnLacksIsAnExceptionWithItsStatus() {
    MemoryDesc src = MemoryDesc.of(DataType.F64, FormatTag.NCHW, 1, 8, 6, 5);
    MemoryDesc dst = MemoryDesc.of(DataType.F64, FormatTag.NCHW, 1, 8, 6, 5);
    MemoryDesc weights = MemoryDesc.of(DataType.F64, FormatTag.OIHW, 8, 8, 1, 1);
    Convolution convolution = new Convolution(src, weights, dst, Window.of(1, 1));
    assertThatThrownBy(
            () -> PrimitiveDesc.of(engine, convolution, Attributes.of(PostOps.NONE.relu())))
        .isInstanceOf(DnnException.class)
        .hasMessageStartingWith(
            "could not make a primitive for convolution src f64 1x8x6x5 abcd weights f64 8x8x1x1"
                + " abcd dst f64 1x8x6x5 abcd kernel [1, 1] stride [1, 1] dilation [0, 0] padding"
                + " [0, 0]..[0, 0]+relu: UNIMPLEMENTED. oneDNN 3.")
        .hasMessageEndingWith("it has one with F32, one with F32 and common layouts")
        .extracting(e -> ((DnnException) e).status())
        .isEqualTo(Status.UNIMPLEMENTED);
  }
}
