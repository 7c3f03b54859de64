package io.github.octconv4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What operations say of their outputs, and what they refuse. */
@SameOnEveryProcessor
class OpTest {
  private static TensorType f32(long... dims) {
    return TensorType.of(ElementType.F32, dims);
  }

  private static List<TensorType> infer(Op op, int outputs, Object... inputs) {
    List<TensorType> types =
        Arrays.stream(inputs)
            .map(in -> in instanceof TensorData data ? data.type() : (TensorType) in)
            .toList();
    List<TensorData> constants =
        Arrays.stream(inputs).map(in -> in instanceof TensorData data ? data : null).toList();
    return op.infer(Operands.of(types, constants, outputs));
  }

  private static String one(Op op, Object... inputs) {
    return infer(op, 1, inputs).getFirst().toString();
  }

  /** Sizes are a stranger's: what overflows is refused, and says what. */
  @Test
  void windowsOfSizesThatOverflow() {
    Window window =
        new Window(AutoPad.NOTSET, List.of(3L), List.of(2L), List.of(4L), List.of(1L, 1L), false);
    ConvTranspose up = new ConvTranspose(window, 1, List.of(1L), List.of());
    long[] most = {Long.MAX_VALUE};
    long[] kernel = {3};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> window.axes(most, kernel))
        .withMessage("sizes overflow: the sum of [9223372036854775807, 1, 1, -9]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> up.axes(most, kernel))
        .withMessage("sizes overflow: 2 times 9223372036854775806");
  }

  @Test
  void numbersOfOutputs() {
    for (int outputs : new int[] {-1, Integer.MIN_VALUE, 65_537, Integer.MAX_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> infer(new Split(1), outputs, f32(2, 4)))
          .withMessage("outputs must be 0 to 65536, was " + outputs);
    }
  }

  @Test
  void windows() {
    Window same =
        new Window(AutoPad.SAME_UPPER, List.of(), List.of(2L), List.of(), List.of(), false);
    assertThat(same.axes(new long[] {5}, new long[] {2}))
        .containsExactly(new WindowAxis(5, 2, 2, 1, 0, 1, 3));
    Window ceil = new Window(AutoPad.NOTSET, List.of(3L), List.of(2L), List.of(), List.of(), true);
    assertThat(ceil.axes(new long[] {4}, new long[] {3}).getFirst().output()).isEqualTo(2);
    // The last window would begin in the padding at the end: there is none.
    Window end =
        new Window(AutoPad.NOTSET, List.of(1L), List.of(2L), List.of(), List.of(0L, 1L), true);
    assertThat(end.axes(new long[] {2}, new long[] {1}).getFirst().output()).isEqualTo(1);
    assertThatThrownBy(() -> Window.of(9).axes(new long[] {4}, new long[] {9}))
        .hasMessage(
            "a window of 9 elements reaches over 9, more than the input's 4 with padding 0 and 0");
    assertThatThrownBy(() -> Window.of(3, 3).strides(1))
        .hasMessageContaining("are of different numbers of axes");
    assertThatThrownBy(() -> Window.of(0))
        .hasMessage("kernel_shape are [0], expected 1 to 2^31 each");
  }

  @Test
  void shapesOfMoves() {
    assertThat(one(new Reshape(false), f32(2, 3, 4), TensorData.ofLongs(0, -1)))
        .isEqualTo("F32[2, 12]");
    assertThat(one(new Reshape(true), f32(0, 3), TensorData.ofLongs(3, 0))).isEqualTo("F32[3, 0]");
    assertThat(one(new Flatten(-1), f32(2, 3, 4))).isEqualTo("F32[6, 4]");
    assertThat(one(new Unsqueeze(), f32(3, 4), TensorData.ofLongs(0, -1)))
        .isEqualTo("F32[1, 3, 4, 1]");
    assertThat(
            one(
                new Slice(),
                f32(10),
                TensorData.ofLongs(-1),
                TensorData.ofLongs(-100),
                TensorData.ofLongs(0),
                TensorData.ofLongs(-3)))
        .isEqualTo("F32[4]");
    assertThat(one(new Gather(1), f32(2, 5, 3), TensorType.of(ElementType.I64, 4, 1)))
        .isEqualTo("F32[2, 4, 1, 3]");
    assertThat(infer(new Split(0), 3, f32(7)).toString()).isEqualTo("[F32[3], F32[3], F32[1]]");
    assertThat(one(new MatMul(), f32(2, 1, 3, 4), f32(5, 4, 6))).isEqualTo("F32[2, 5, 3, 6]");
    assertThat(one(new MatMul(), f32(4), f32(4))).isEqualTo("F32[]");
  }

  @Test
  void unknownInputsGiveUnknownShapesAndKnownElements() {
    TensorType open = TensorType.unknown(ElementType.F16);
    assertThat(one(Unary.of(UnaryFunction.RELU), open)).isEqualTo("F16[...]");
    assertThat(one(new Cast(ElementType.I8), open)).isEqualTo("I8[...]");
    assertThat(one(new Reshape(false), f32(4), TensorType.of(ElementType.I64, 2)))
        .isEqualTo("F32[...]");
    assertThat(one(Shape.all(), f32(4, 5))).isEqualTo("I64[2]");
  }

  @Test
  void numbersOfInputsAndTypes() {
    assertThatThrownBy(() -> one(new MatMul(), f32(2))).hasMessage("has 1 inputs, expected 2");
    assertThatThrownBy(
            () -> one(new Binary(BinaryFunction.ADD), f32(2), TensorType.of(ElementType.I8, 2)))
        .hasMessage("input 1 is of I8, expected F32 as input 0 has it");
    assertThatThrownBy(() -> one(new Binary(BinaryFunction.ADD), f32(2), f32(3)))
        .hasMessage("[2] and [3] can't be broadcast to one shape");
    assertThatThrownBy(() -> one(Unary.of(UnaryFunction.EXP), TensorType.of(ElementType.I64, 2)))
        .hasMessageContaining("input 0 is of I64, expected one of");
    assertThatThrownBy(() -> one(new Transpose(List.of(0L, 0L)), f32(1, 2)))
        .hasMessage("axes are [0, 0], expected each once");
    assertThatThrownBy(() -> infer(new MatMul(), 2, f32(2, 2), f32(2, 2)))
        .hasMessage("has 2 outputs, expected 1");
  }

  @Test
  void sizesDontOverflow() {
    long huge = 1L << 31;
    assertThatThrownBy(() -> one(new Expand(), f32(1), TensorData.ofLongs(huge, huge, huge)))
        .hasMessageContaining("more elements than there can be");
    assertThatThrownBy(() -> one(new Tile(), f32(huge), TensorData.ofLongs(Long.MAX_VALUE)))
        .hasMessageContaining("overflow");
  }

  @Test
  void octaveConvolutionsAgreeOnShapes() {
    OctaveConv op = OctaveConv.of(Window.of(3, 3).pads(1, 1, 1, 1));
    List<TensorType> y =
        infer(
            op,
            2,
            f32(1, 4, 7, 8),
            f32(1, 2, 3, 4),
            f32(6, 4, 3, 3),
            f32(3, 4, 3, 3),
            f32(6, 2, 3, 3),
            f32(3, 2, 3, 3));
    assertThat(y.toString()).isEqualTo("[F32[1, 6, 7, 8], F32[1, 3, 3, 4]]");
    assertThatThrownBy(
            () ->
                infer(
                    op,
                    2,
                    f32(1, 4, 8, 8),
                    f32(1, 2, 3, 4),
                    f32(6, 4, 3, 3),
                    f32(3, 4, 3, 3),
                    f32(6, 2, 3, 3),
                    f32(3, 2, 3, 3)))
        .hasMessage("what is added up for one output has the sizes [1, 6, 8, 8] and [1, 6, 6, 8]");
    assertThatThrownBy(() -> infer(op, 1, f32(1, 4, 8, 8)))
        .hasMessage("each input needs a path, and each path its input");
  }

  /** Padding makes an output of no rows, but there is nothing to take a mean of. */
  @Test
  void octaveConvolutionsOfWhatIsTooSmallToPool() {
    Window window = Window.of(3, 3).pads(1, 1, 1, 1);
    TensorType w = f32(3, 4, 3, 3);
    OctaveConv down = OctaveConv.of(window);
    assertThatThrownBy(() -> infer(down, 2, f32(1, 4, 1, 8), null, null, w))
        .hasMessage(
            "the mean of 2x2 leaves nothing of [1, 4, 1, 8], expected two rows and columns or more");
    OctaveConv ceil = new OctaveConv(window, false, false, true, OutputFunction.NONE);
    assertThat(infer(ceil, 2, f32(1, 4, 1, 8), null, null, w).toString())
        .isEqualTo("[F32[0], F32[1, 3, 1, 4]]");
    OctaveConv halves = new OctaveConv(window, true, false, false, OutputFunction.NONE);
    assertThatThrownBy(() -> infer(halves, 1, f32(1, 4, 6, 1), null, w))
        .hasMessageContaining("[1, 4, 6, 1]");
    OctaveConv keepsLow = new OctaveConv(window, true, true, false, OutputFunction.NONE);
    assertThat(infer(keepsLow, 1, null, f32(1, 4, 1, 1), null, null, w).toString())
        .isEqualTo("[F32[1, 3, 1, 1]]");
    assertThatThrownBy(() -> infer(keepsLow, 2, null, f32(1, 4, 1, 1), null, null, null, w))
        .hasMessageContaining("[1, 4, 1, 1]");
  }
}
