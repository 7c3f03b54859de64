package io.github.octconv4j.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Eltwise;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.Softmax;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.nn.Classification;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.SizeRule;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Bad indices, ranks and sizes are named with their values, and so is what was expected. */
class ArgumentChecksTest {
  private static final MemoryDesc DESC = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 1, 8, 4, 4);

  /** Names of the JDK's own checks, which don't know what an index is one of. */
  private static final String NAMELESS = "(?s).*(out of bound|for length|Index \\d|fromIndex).*";

  private static void refuses(ThrowingCallable call, String... parts) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown)
        .isInstanceOfAny(
            IllegalArgumentException.class, IndexOutOfBoundsException.class, DnnException.class)
        .isNotInstanceOf(ArrayIndexOutOfBoundsException.class)
        .hasMessageContainingAll(parts);
    assertThat(thrown.getMessage()).doesNotMatch(NAMELESS);
  }

  @Test
  void indices() {
    for (int index : new int[] {-1, 4, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      refuses(() -> DESC.dim(index), "index must be 0 to 3", "was " + index);
    }
    Window window = Window.of(3, 3);
    for (int d : new int[] {-1, 2, Integer.MAX_VALUE}) {
      String was = "was " + d;
      refuses(() -> window.kernel(d), "dimension must be 0 to 1", was);
      refuses(() -> window.stride(d), "dimension must be 0 to 1", was);
      refuses(() -> window.before(d), "dimension must be 0 to 1", was);
      refuses(() -> window.after(d), "dimension must be 0 to 1", was);
      refuses(() -> window.reach(d), "dimension must be 0 to 1", was);
      refuses(() -> window.output(d, 8), "dimension must be 0 to 1", was);
    }
    refuses(() -> window.output(0, -1), "input must be 0 to", "was -1");
    refuses(() -> Arg.source(-1), "index", "-1");
    refuses(() -> Arg.postOp(1 << 20), "index", "1048576");
    Image image = Image.of(3, 2, 1, new float[6]);
    refuses(() -> image.at(1, 0, 0), "channel must be 0 to 0, was 1");
    refuses(() -> image.at(0, 2, 0), "row must be 0 to 1, was 2");
    refuses(() -> image.at(0, 0, -1), "column must be 0 to 2, was -1");
    TensorData floats = TensorData.of(new float[] {1, 2}, 2);
    refuses(() -> floats.doubleAt(2), "index must be 0 to 1, was 2");
    refuses(() -> floats.longAt(-1), "index must be 0 to 1, was -1");
    refuses(() -> floats.doubleAt(Long.MAX_VALUE), "index must be 0 to 1");
    Classification classes = Classification.ofLogits(List.of("a", "b"), new float[] {1, 2});
    refuses(() -> classes.top(-1), "count must be at least 0, was -1");
  }

  @Test
  void ranksAndSizes() {
    refuses(() -> FormatTag.rowMajor(0), "rank", "0");
    refuses(() -> FormatTag.rowMajor(99), "rank", "99");
    refuses(() -> FormatTag.channelsLast(-1), "rank", "-1");
    refuses(() -> DESC.elementOffset(0, 0), "position [0, 0]", "f32 1x8x4x4");
    refuses(() -> DESC.elementOffset(0, 8, 0, 0), "position [0, 8, 0, 0]");
    refuses(() -> DESC.submemory(new long[] {1, 8}, new long[4]), "[1, 8]");
    refuses(() -> DESC.reshape(7), "7", "f32 1x8x4x4");
    refuses(() -> MemoryDesc.of(DataType.F32, FormatTag.NCHW, 1, 8), "dims", "[1, 8]");
    refuses(() -> MemoryDesc.strided(DataType.F32, new long[] {2}, new long[2]), "strides");
    refuses(() -> Window.of(3, 3).strides(1), "strides", "2");
    refuses(() -> Window.of(3, 3).padding(new long[2], new long[3]), "2");
    refuses(() -> new Softmax(DESC, DESC, 4), "axis", "4");
    refuses(() -> ChannelSplit.of(-1, 0.5), "channels", "-1");
    refuses(() -> OctaveShape.of(0, 4, 4, SizeRule.FLOOR), "batch", "0");
    refuses(() -> SizeRule.CEIL.half(-1), "size must be at least 0, was -1");
    refuses(() -> TensorData.of(new float[3], 2, 2), "elements has 12 bytes, expected 16");
    refuses(() -> Image.of(3, 2, 1, new float[5]), "values", "5", "6");
    try (Arena arena = Arena.ofConfined()) {
      refuses(() -> Tensor.of(arena, new float[3], 2, 2), "values has 3", "4");
      Tensor tensor = Tensor.allocate(DESC, arena);
      refuses(() -> tensor.set(new float[1]), "values has 1 elements", "needs 128");
    }
  }

  @Test
  void sectionsOfAProgram() {
    try (Engine engine = Engine.cpu();
        ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      builder.add(
          "relu",
          builder.describe(new Eltwise(Algorithm.ELTWISE_RELU, DESC, DESC, 0, 0), Attributes.NONE),
          Map.of(Arg.SRC, builder.input("x", DESC), Arg.DST, builder.output("y", DESC)));
      try (Program program = builder.build()) {
        assertThat(program.steps(0, 1)).hasSize(1);
        String expected = "firstSection and endSection must be 0 to 1 in this order, were ";
        refuses(() -> program.steps(-1, 1), expected + "-1 and 1");
        refuses(() -> program.steps(1, 0), expected + "1 and 0");
        refuses(() -> program.steps(0, 2), expected + "0 and 2");
      }
    }
  }

  @Test
  void partsOfMemory() {
    try (Engine engine = Engine.cpu();
        ProgramBuilder program = new ProgramBuilder(engine, 1)) {
      Operand whole = program.temporary("whole", DESC);
      refuses(() -> whole.view(-4, DESC), "byte -4", "whole");
      refuses(() -> program.sideBySide(0, lane -> {}), "count of lanes must be 1 to 1024", "was 0");
    }
  }
}
