package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.dnn.loader.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuantizationTest {
  private final Engine engine = Engine.cpu();
  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    arena.close();
    engine.close();
  }

  private Tensor whole(DataType type, FormatTag tag, int[] values, long... dims) {
    Tensor tensor = Tensor.allocate(MemoryDesc.of(type, tag, dims), arena);
    for (int i = 0; i < values.length; i++) {
      if (type == DataType.S32) {
        tensor.segment().setAtIndex(ValueLayout.JAVA_INT, i, values[i]);
      } else {
        tensor.segment().set(ValueLayout.JAVA_BYTE, i, (byte) values[i]);
      }
    }
    return tensor;
  }

  private Tensor row(float... values) {
    return Tensor.of(arena, values, values.length);
  }

  private Tensor row(int... values) {
    return whole(DataType.S32, FormatTag.A, values, values.length);
  }

  private void run(Operation operation, Attributes attributes, Map<Arg, Tensor> plain, Tensor dst) {
    try (PrimitiveDesc desc = PrimitiveDesc.of(engine, operation, attributes);
        Primitive primitive = Primitive.of(desc);
        Stream stream = Stream.of(engine)) {
      Map<Arg, Tensor> tensors = new HashMap<>();
      desc.descs()
          .forEach(
              (arg, wanted) -> {
                Tensor given = arg.equals(Arg.DST) ? dst : plain.get(arg);
                if (given != null && given.desc().equals(wanted)) {
                  tensors.put(arg, given);
                  return;
                }
                Tensor tensor = Tensor.allocate(wanted, arena);
                if (given != null) {
                  Reorder.copy(engine, given, tensor);
                }
                tensors.put(arg, tensor);
              });
      try (Arguments arguments = Arguments.ofTensors(primitive, tensors)) {
        primitive.execute(stream, arguments);
      }
    }
  }

  private static int[] bytes(Tensor tensor) {
    int[] values = new int[(int) tensor.desc().elements()];
    for (int i = 0; i < values.length; i++) {
      byte value = tensor.segment().get(ValueLayout.JAVA_BYTE, i);
      values[i] = tensor.desc().type() == DataType.U8 ? value & 0xff : value;
    }
    return values;
  }

  /** Two inputs, two outputs with a scale of their own, one pixel: every number by hand. */
  @Test
  void aConvolutionComputesWithWhatNumbersStandFor() {
    Tensor x = whole(DataType.U8, FormatTag.NHWC, new int[] {13, 7}, 1, 2, 1, 1); // 5 and 2
    Tensor w = whole(DataType.S8, FormatTag.OIHW, new int[] {4, -3, 100, 90}, 2, 2, 1, 1);
    Tensor y = whole(DataType.S8, FormatTag.NHWC, new int[2], 1, 2, 1, 1);
    Convolution convolution =
        new Convolution(
            x.desc(),
            w.desc().any(),
            MemoryDesc.of(DataType.F32, FormatTag.A, 2),
            y.desc(),
            Window.of(1, 1));
    Quantization quantization =
        Quantization.NONE
            .scale(Arg.SRC)
            .zeroPoint(Arg.SRC)
            .scale(Arg.WEIGHTS, Granularity.of(0))
            .scale(Arg.DST)
            .zeroPoint(Arg.DST);
    run(
        convolution,
        Attributes.NONE.with(quantization),
        Map.of(
            Arg.SRC,
            x,
            Arg.WEIGHTS,
            w,
            Arg.BIAS,
            row(1f, -3f),
            Arg.scales(Arg.SRC),
            row(0.5f),
            Arg.zeroPoints(Arg.SRC),
            row(3),
            Arg.scales(Arg.WEIGHTS),
            row(0.25f, 0.5f),
            Arg.scales(Arg.DST),
            row(2f),
            Arg.zeroPoints(Arg.DST),
            row(-7)),
        y);
    // (5 * 1 + 2 * -0.75 + 1) / 2 - 7 = -4.75; (5 * 50 + 2 * 45 - 3) / 2 - 7 = 161.5, cut off
    assertThat(bytes(y)).containsExactly(-5, 127);
  }

  @Test
  void aSumReadsTheDestinationInItsOwnTypeAndScale() {
    Tensor x = whole(DataType.U8, FormatTag.NHWC, new int[] {1, 2}, 1, 2, 1, 1);
    Tensor w = whole(DataType.S8, FormatTag.OIHW, new int[] {1, 1, 2, 2}, 2, 2, 1, 1);
    Tensor y = whole(DataType.U8, FormatTag.NHWC, new int[] {-10, 20}, 1, 2, 1, 1);
    Convolution convolution = new Convolution(x.desc(), w.desc().any(), y.desc(), Window.of(1, 1));
    PostOps postOps = PostOps.NONE.and(new PostOps.Sum(0.5f, -20, DataType.S8));
    assertThat(postOps).hasToString("+sum:0.5:-20:S8");
    run(convolution, Attributes.of(postOps), Map.of(Arg.SRC, x, Arg.WEIGHTS, w), y);
    assertThat(bytes(y)).containsExactly(3 + 5, 6 + 20);
  }

  @Test
  void aProductTakesZeroPointsOfBothAndGroupsOfScales() {
    Tensor x = whole(DataType.U8, FormatTag.AB, new int[] {10, 20, 30, 40}, 1, 4);
    Tensor w = whole(DataType.S8, FormatTag.AB, new int[] {1, 2, 3, 4}, 4, 1);
    Tensor y = whole(DataType.S32, FormatTag.AB, new int[1], 1, 1);
    run(
        new MatMul(x.desc(), w.desc(), null, y.desc()),
        Attributes.NONE.with(Quantization.NONE.zeroPoint(Arg.SRC).zeroPoint(Arg.WEIGHTS)),
        Map.of(
            Arg.SRC,
            x,
            Arg.WEIGHTS,
            w,
            Arg.zeroPoints(Arg.SRC),
            row(10),
            Arg.zeroPoints(Arg.WEIGHTS),
            row(1)),
        y);
    assertThat(y.segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(10 + 2 * 20 + 3 * 30);
    int[] ones = new int[64];
    Arrays.fill(ones, 1);
    Tensor many = whole(DataType.U8, FormatTag.AB, ones, 1, 64);
    Tensor weights = whole(DataType.S8, FormatTag.AB, ones, 64, 1);
    Tensor floats = Tensor.of(arena, new float[1], 1, 1);
    run(
        new MatMul(many.desc(), weights.desc(), null, floats.desc()),
        Attributes.NONE.with(
            Quantization.NONE.scale(Arg.WEIGHTS, new Granularity(3, List.of(32L, 1L)))),
        Map.of(Arg.SRC, many, Arg.WEIGHTS, weights, Arg.scales(Arg.WEIGHTS), row(0.5f, 2f)),
        floats);
    assertThat(floats.floats()).containsExactly(32 * 0.5f + 32 * 2f);
  }

  /** Stacks of matrices, of which the second is repeated; with a bias. */
  @Test
  void aProductOfStacks() {
    Tensor x = Tensor.of(arena, new float[] {1, 2, 3, 4}, 2, 1, 2);
    Tensor w = Tensor.of(arena, new float[] {1, 10, 100, 1000}, 1, 2, 2);
    Tensor bias = Tensor.of(arena, new float[] {.5f, -.5f}, 1, 1, 2);
    Tensor y = Tensor.of(arena, new float[4], 2, 1, 2);
    MatMul product = new MatMul(x.desc(), w.desc(), bias.desc(), y.desc());
    assertThat(product.multiplyAdds()).isEqualTo(8);
    run(product, Attributes.NONE, Map.of(Arg.SRC, x, Arg.WEIGHTS, w, Arg.BIAS, bias), y);
    assertThat(y.floats()).containsExactly(201.5f, 2009.5f, 403.5f, 4029.5f);
  }

  /** Two largest products fit in 16 bits where weights are narrow, and everywhere in 32. */
  @Test
  void largeProductsAreExactOnEveryProcessor() {
    for (boolean narrow : new boolean[] {false, true}) {
      int weight = narrow ? Quantization.NARROW : 127;
      int[] sources = new int[64];
      int[] weights = new int[64 * 16];
      Arrays.fill(sources, 255);
      Arrays.fill(weights, weight);
      Tensor x = whole(DataType.U8, FormatTag.NHWC, sources, 1, 64, 1, 1);
      Tensor w = whole(DataType.S8, FormatTag.OIHW, weights, 16, 64, 1, 1);
      Tensor y = whole(DataType.S32, FormatTag.NHWC, new int[16], 1, 16, 1, 1);
      Convolution convolution =
          new Convolution(x.desc(), w.desc().any(), y.desc(), Window.of(1, 1));
      Attributes attributes = Attributes.NONE.with(Quantization.NONE.narrowWeights(narrow));
      run(convolution, attributes, Map.of(Arg.SRC, x, Arg.WEIGHTS, w), y);
      for (int i = 0; i < 16; i++) {
        assertThat(y.segment().getAtIndex(ValueLayout.JAVA_INT, i)).isEqualTo(64 * 255 * weight);
      }
      try (PrimitiveDesc desc = PrimitiveDesc.of(engine, convolution, attributes)) {
        boolean inexact = !narrow && CpuIsa.addsBytesShort();
        if (inexact || !Platform.isArm()) { // where some products of bytes have no other kernel
          assertThat(desc.isReference()).isEqualTo(inexact);
        }
      }
    }
  }

  @Test
  void whatDoesNotFitIsNamed() {
    MemoryDesc desc = MemoryDesc.of(DataType.U8, FormatTag.NHWC, 1, 4, 2, 2);
    Reorder copy = new Reorder(desc, desc);
    assertThatThrownBy(
            () ->
                PrimitiveDesc.of(
                    engine, copy, Attributes.NONE.with(Quantization.NONE.scale(Arg.WEIGHTS))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weights");
    assertThatThrownBy(
            () ->
                PrimitiveDesc.of(
                    engine,
                    copy,
                    Attributes.NONE.with(Quantization.NONE.scale(Arg.SRC, Granularity.of(5)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mask");
    assertThatThrownBy(() -> Quantization.NONE.scale(Arg.scales(Arg.SRC)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("scales_src");
    assertThatThrownBy(() -> Granularity.of(1, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Granularity(1, List.of(2L)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Arg.scales(Arg.postOp(0)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Quantization.NONE.scale(Arg.SRC).zeroPoint(Arg.DST).narrowWeights(true))
        .hasToString("*scales_src:mask 0*zeros_dst:mask 0*narrow");
  }
}
