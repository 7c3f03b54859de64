package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pooling against a plain double loop, and its checks. */
class PoolingTest {
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.cpu();
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static void check(
      Algorithm algorithm,
      long n,
      long c,
      long[] size,
      long[] kernel,
      long[] stride,
      long[] left,
      long[] right) {
    int spatial = size.length;
    Window window = Window.of(kernel).strides(stride).padding(left, right);
    long[] srcDims = new long[spatial + 2];
    long[] dstDims = new long[spatial + 2];
    srcDims[0] = dstDims[0] = n;
    srcDims[1] = dstDims[1] = c;
    for (int d = 0; d < spatial; d++) {
      srcDims[d + 2] = size[d];
      dstDims[d + 2] = window.output(d, size[d]);
    }
    float[] x = Loops.random(new Random(c), Loops.product(srcDims));
    double[] expected =
        Loops.pooling(
            algorithm,
            x,
            Loops.image(srcDims),
            Loops.image(dstDims),
            Loops.Geometry.of(kernel, stride, new long[spatial], left));
    int rank = spatial + 2;
    for (FormatTag tag : List.of(FormatTag.rowMajor(rank), FormatTag.channelsLast(rank))) {
      Pooling pooling =
          new Pooling(
              algorithm,
              MemoryDesc.of(DataType.F32, tag, srcDims),
              MemoryDesc.of(DataType.F32, FormatTag.ANY, dstDims),
              window);
      float[] y = Run.run(engine, pooling, Map.of(Arg.SRC, x));
      Close.assertClose(y, expected, algorithm == Algorithm.POOLING_MAX ? 0 : 1e-6);
    }
  }

  private static long[] of(long... values) {
    return values;
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "POOLING_.*")
  void awkwardSizes(Algorithm algorithm) {
    check(algorithm, 2, 5, of(13), of(3), of(2), of(1), of(1));
    check(algorithm, 1, 17, of(7, 9), of(2, 2), of(2, 2), of(0, 0), of(0, 0));
    check(algorithm, 2, 19, of(7, 9), of(3, 3), of(2, 2), of(1, 1), of(1, 1));
    check(algorithm, 3, 8, of(5, 8), of(2, 3), of(1, 2), of(1, 0), of(0, 2));
    check(algorithm, 1, 3, of(6, 4), of(6, 4), of(1, 1), of(0, 0), of(0, 0));
    check(algorithm, 1, 33, of(1, 1), of(1, 1), of(1, 1), of(0, 0), of(0, 0));
    check(algorithm, 2, 4, of(4, 5, 6), of(2, 3, 2), of(2, 1, 2), of(0, 1, 0), of(0, 1, 0));
  }

  /** The octave rule for odd sizes: leave out the last row, or average what there is of it. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "POOLING_.*")
  void rightPaddingOfMinusOneLeavesOutTheLast(Algorithm algorithm) {
    check(algorithm, 2, 21, of(7, 9), of(2, 2), of(2, 2), of(0, 0), of(-1, -1));
    check(algorithm, 2, 21, of(7, 8), of(2, 2), of(2, 2), of(0, 0), of(-1, 0));
    check(algorithm, 2, 21, of(7, 9), of(2, 2), of(2, 2), of(0, 0), of(1, 1));
    check(algorithm, 1, 2, of(1, 1), of(2, 2), of(2, 2), of(0, 0), of(1, 1));
  }

  @Test
  void shapesMustFit() {
    MemoryDesc src = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 2, 3, 6, 6);
    MemoryDesc dst = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 2, 3, 3, 3);
    Window window = Window.of(2, 2).strides(2, 2);
    assertThat(new Pooling(Algorithm.POOLING_MAX, src, dst, window).kind()).isEqualTo("pooling");
    assertThatThrownBy(() -> new Pooling(Algorithm.ELTWISE_RELU, src, dst, window))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("algorithm must be one of POOLING_*, was ELTWISE_RELU");
    MemoryDesc channels = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 2, 4, 3, 3);
    assertThatThrownBy(() -> new Pooling(Algorithm.POOLING_MAX, src, channels, window))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "src and dst must have the same batch and channels, were f32 2x3x6x6 abcd and f32"
                + " 2x4x3x3 abcd");
    MemoryDesc size = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 2, 3, 3, 4);
    assertThatThrownBy(() -> new Pooling(Algorithm.POOLING_MAX, src, size, window))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "dst f32 2x3x3x4 abcd does not fit src f32 2x3x6x6 abcd and window kernel [2, 2] stride"
                + " [2, 2] dilation [0, 0] padding [0, 0]..[0, 0]: dimension 3 must be 3");
    MemoryDesc flat = MemoryDesc.of(DataType.F32, FormatTag.A, 3);
    assertThatThrownBy(() -> new Pooling(Algorithm.POOLING_MAX, flat, flat, window))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "window kernel [2, 2] stride [2, 2] dilation [0, 0] padding [0, 0]..[0, 0] needs a src"
                + " of 4 dimensions, was f32 3 a");
  }
}
