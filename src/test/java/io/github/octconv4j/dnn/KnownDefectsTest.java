package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.github.octconv4j.ChildJvm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Problems on which implementations of oneDNN end the process: others take their place. */
class KnownDefectsTest {
  @Test
  void columnsOfPaddingAreFoundExactly() {
    Window three = Window.of(3);
    assertThat(three.padding(1).readsPaddingAlone(0, 1)).isFalse();
    assertThat(three.padding(2).readsPaddingAlone(0, 5)).isFalse();
    assertThat(three.padding(new long[] {3}, new long[] {0}).readsPaddingAlone(0, 5)).isTrue();
    assertThat(three.padding(new long[] {0}, new long[] {3}).readsPaddingAlone(0, 5)).isTrue();
    // A stride steps over the last column.
    assertThat(three.strides(2).padding(new long[] {0}, new long[] {3}).readsPaddingAlone(0, 5))
        .isFalse();
    // A dilated kernel's taps miss a narrow image on both sides.
    assertThat(three.dilations(2).padding(4).readsPaddingAlone(0, 3)).isFalse();
    assertThat(three.dilations(2).padding(4).readsPaddingAlone(0, 1)).isTrue();
    assertThat(Window.of(2, 3).padding(3, 1).readsPaddingAlone(0, 4)).isTrue();
    assertThat(Window.of(2, 3).padding(3, 1).readsPaddingAlone(1, 4)).isFalse();
  }

  /** oneDNN issue 5942. */
  @Test
  void columnsOfPaddingOnSeveralThreads() {
    Random random = new Random(1);
    MemoryDesc src = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 2, 7, 5, 3);
    MemoryDesc weights = MemoryDesc.of(DataType.F32, FormatTag.ANY, 16, 7, 3, 3);
    MemoryDesc bias = MemoryDesc.of(DataType.F32, FormatTag.A, 16);
    MemoryDesc dst = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 2, 16, 1, 6);
    Window window = Window.of(3, 3).dilations(2, 0).padding(new long[] {1, 1}, new long[] {1, 4});
    Map<Arg, float[]> values =
        Map.of(
            Arg.SRC, Loops.random(random, 2 * 7 * 5 * 3),
            Arg.WEIGHTS, Loops.random(random, 16 * 7 * 9),
            Arg.BIAS, Loops.random(random, 16));
    double[] expected =
        Loops.convolution(
            values.get(Arg.SRC),
            Loops.image(2, 7, 5, 3),
            values.get(Arg.WEIGHTS),
            1,
            values.get(Arg.BIAS),
            Loops.image(2, 16, 1, 6),
            Loops.Geometry.of(
                new long[] {3, 3}, new long[] {1, 1}, new long[] {2, 0}, new long[] {1, 1}));
    try (Threads.Scope _ = Threads.use(3);
        Engine engine = Engine.cpu()) {
      Convolution convolution = new Convolution(src, weights, bias, dst, window);
      try (PrimitiveDesc desc = PrimitiveDesc.of(engine, convolution, Attributes.NONE)) {
        assertThat(desc.implementation()).doesNotStartWith("brg");
      }
      float[] y = Run.run(engine, convolution, values);
      for (int i = 0; i < y.length; i++) {
        assertThat((double) y[i]).isCloseTo(expected[i], offset(1e-5));
      }
    }
  }

  /** The same kernels behind an implementation that changes the layout of row-major images. */
  @Test
  void columnsOfPaddingBehindAnotherLayout() {
    Random random = new Random(2);
    MemoryDesc src = MemoryDesc.of(DataType.F32, FormatTag.ABC, 2, 33, 4);
    MemoryDesc weights = MemoryDesc.of(DataType.F32, FormatTag.ANY, 2, 33, 1);
    MemoryDesc dst = MemoryDesc.of(DataType.F32, FormatTag.ABC, 2, 2, 3);
    Window window = Window.of(1).strides(2).padding(new long[] {0}, new long[] {1});
    Convolution convolution = new Convolution(src, weights, dst, window);
    float[] x = Loops.random(random, 2 * 33 * 4);
    float[] w = Loops.random(random, 2 * 33);
    try (Threads.Scope _ = Threads.use(4);
        Engine engine = Engine.cpu()) {
      try (PrimitiveDesc desc = PrimitiveDesc.of(engine, convolution, Attributes.NONE)) {
        assertThat(desc.implementation()).doesNotContain("brg");
      }
      float[] y = Run.run(engine, convolution, Map.of(Arg.SRC, x, Arg.WEIGHTS, w));
      for (int i = 0; i < y.length; i++) { // (image, channel, column)
        double sum = 0;
        for (int c = 0; c < 33 && i % 3 < 2; c++) { // the last column reads padding alone
          sum += (double) x[(i / 6 * 33 + c) * 4 + i % 3 * 2] * w[i / 3 % 2 * 33 + c];
        }
        assertThat((double) y[i]).isCloseTo(sum, offset(1e-5));
      }
    }
  }

  /** The SSE4.1 depthwise kernel, with a sum into pixels of 6 channels. */
  @Test
  void depthwiseSumsWithSse41() {
    ChildJvm.Result sse =
        ChildJvm.of(DepthwiseSum.class).environment("ONEDNN_MAX_CPU_ISA", "SSE41").run();
    assertThat(sse.output()).matches("(?!jit_dw)\\S+ 10.0 10.0 \\R");
    assertThat(sse.exit()).isZero();
  }

  /** One pixel is row-major and channels-last at once; oneDNN's kernels read beyond it. */
  @Test
  void resamplingOfOnePixelThatWasDescribedAsRowMajor() {
    MemoryDesc src = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 1, 7, 1, 1);
    MemoryDesc dst = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 7, 9, 3);
    float[] pixel = {1, 2, 3, 4, 5, 6, 7};
    try (Engine engine = Engine.cpu()) {
      float[] y =
          Run.run(
              engine,
              new Resampling(Algorithm.RESAMPLING_NEAREST, src, dst),
              Map.of(Arg.SRC, pixel));
      for (int i = 0; i < y.length; i++) { // row-major, whatever the layout
        assertThat(y[i]).isEqualTo(pixel[i / 27]);
      }
    }
  }

  /** A single number's stride means nothing, and bytes that are multiplied with it don't care. */
  @Test
  void aByteWithAnUnusualStride() {
    MemoryDesc src0 = MemoryDesc.of(DataType.U8, FormatTag.A, 3);
    MemoryDesc src1 = MemoryDesc.strided(DataType.U8, new long[] {1}, new long[] {7});
    try (Arena arena = Arena.ofConfined();
        Engine engine = Engine.cpu();
        Stream stream = Stream.of(engine);
        PrimitiveDesc desc =
            PrimitiveDesc.of(
                engine, new Binary(Algorithm.BINARY_MUL, src0, src1, src0.any()), Attributes.NONE);
        Primitive primitive = Primitive.of(desc)) {
      Tensor x = new Tensor(src0, arena.allocate(3, 64));
      Tensor factor = new Tensor(src1, arena.allocate(1, 64));
      Tensor y = new Tensor(desc.desc(Arg.DST), arena.allocate(3, 64));
      x.segment().copyFrom(MemorySegment.ofArray(new byte[] {1, 20, 50}));
      factor.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 3);
      try (Arguments arguments =
          Arguments.ofTensors(primitive, Map.of(Arg.SRC, x, Arg.SRC_1, factor, Arg.DST, y))) {
        primitive.execute(stream, arguments);
      }
      assertThat(y.segment().toArray(ValueLayout.JAVA_BYTE))
          .containsExactly((byte) 3, (byte) 60, (byte) 150);
    }
  }

  /** A bias with gaps was read beyond oneDNN's copy of it, which has none. */
  @Test
  void aBiasWithGapsIsRefused() {
    MemoryDesc image = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 1, 3, 1, 1);
    MemoryDesc weights = MemoryDesc.of(DataType.F32, FormatTag.ANY, 3, 3, 1, 1);
    MemoryDesc bias = MemoryDesc.strided(DataType.F32, new long[] {3}, new long[] {2});
    MemoryDesc row = MemoryDesc.of(DataType.F32, FormatTag.ANY, 1, 3);
    assertThatThrownBy(() -> new Convolution(image, weights, bias, image, Window.of(1, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bias must have its values side by side, was " + bias);
    assertThatThrownBy(() -> new InnerProduct(image, weights, bias, row))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bias must have its values side by side, was " + bias);
  }

  /** Padding, dilations and strides of any size take no time. */
  @Test
  void absurdWindowsAreJudgedAtOnce() {
    Window window = Window.of(3).padding(1_000_000_000);
    assertThat(window.readsPaddingAlone(0, 5)).isTrue();
    Window dilated = Window.of(500_000).dilations(2000).padding(1_000_000_000);
    assertThat(dilated.readsPaddingAlone(0, 1000)).isTrue();
    assertThat(dilated.readsPaddingAlone(0, 2001)).isFalse();
  }

  /** Every small window, against the definition. */
  @Test
  void columnsOfPaddingAgreeWithTheDefinition() {
    int checked = 0;
    for (int bits = 0; bits < 6 * 4 * 4 * 6 * 6 * 7; bits++) {
      int rest = bits;
      int kernel = rest % 6 + 1;
      int stride = (rest /= 6) % 4 + 1;
      int dilation = (rest /= 4) % 4;
      int left = (rest /= 4) % 6 * 2;
      int right = (rest /= 6) % 6 * 2;
      int input = rest / 6 + 1;
      Window window =
          Window.of(kernel)
              .strides(stride)
              .dilations(dilation)
              .padding(new long[] {left}, new long[] {right});
      boolean alone = false;
      for (long position = 0; position < window.output(0, input); position++) {
        boolean reads = false;
        for (int k = 0; k < kernel; k++) {
          long read = position * stride - left + k * (dilation + 1L);
          reads |= read >= 0 && read < input;
        }
        alone |= !reads;
      }
      assertThat(window.readsPaddingAlone(0, input)).as("%s on %d", window, input).isEqualTo(alone);
      checked++;
    }
    assertThat(checked).isEqualTo(24192);
  }

  /** The padding of blocks is not taken for elements of a destination that has none. */
  @Test
  void blocksIntoAPlainLayout() {
    MemoryDesc blocked = MemoryDesc.of(DataType.U8, FormatTag.ABC8B, 2, 7, 7);
    MemoryDesc plain = MemoryDesc.of(DataType.U8, FormatTag.ABC, 2, 7, 7);
    try (Engine engine = Engine.cpu();
        PrimitiveDesc mixed =
            PrimitiveDesc.of(
                engine,
                new Binary(Algorithm.BINARY_MAX, blocked, blocked, plain),
                Attributes.NONE);
        PrimitiveDesc same =
            PrimitiveDesc.of(
                engine, new Binary(Algorithm.BINARY_MAX, plain, plain, plain), Attributes.NONE)) {
      assertThat(mixed.implementation()).doesNotStartWith("jit");
      assertThat(same.implementation()).startsWith("jit");
    }
  }

  /** A softmax into blocks of bytes, of which the last is not full. */
  @Test
  void softmaxIntoABlockOfBytes() {
    MemoryDesc src = MemoryDesc.of(DataType.F32, FormatTag.ABCD16B, 1, 20, 2, 1);
    MemoryDesc dst = MemoryDesc.of(DataType.U8, FormatTag.ABCD16B, 1, 20, 2, 1);
    try (Engine engine = Engine.cpu();
        PrimitiveDesc desc = PrimitiveDesc.of(engine, new Softmax(src, dst, 1), Attributes.NONE)) {
      assertThat(desc.implementation()).doesNotStartWith("jit");
      Primitive.of(desc).close();
    }
  }

  /**
   * Code that can't be made leaves an error with the thread. What is compiled after it on the same
   * thread works all the same, and so do sums and concatenations, whose inner primitives were
   * missing then.
   */
  @Test
  @EnabledIf(
      value = "hasAvx512",
      disabledReason = "the code that can't be made is that of AVX-512, which is not here")
  void anErrorDoesNotStayWithTheThread() {
    ChildJvm.Result result = ChildJvm.of(PoisonedThread.class).run();
    assertThat(result.output()).isEqualTo("failed: 5\nrelu 0.0 2.0\nsum 6.0 9.0\n");
    assertThat(result.exit()).isZero();
  }

  static boolean hasAvx512() {
    return CpuIsa.name().matches("cpu_isa_avx(512|10).*");
  }
}
