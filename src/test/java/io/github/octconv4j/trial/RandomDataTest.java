package io.github.octconv4j.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

@SameOnEveryProcessor
class RandomDataTest {
  private static final long[] DIMS = {2, 3, 4, 5};

  private static Tensor filled(DataType type, FormatTag layout, Arena arena) {
    Tensor tensor = Tensor.allocate(MemoryDesc.of(type, layout, DIMS), arena);
    new RandomData().fill(tensor);
    return tensor;
  }

  @Test
  void theSameValuesInEachLayoutAndType() {
    try (Arena arena = Arena.ofConfined()) {
      float[] values = filled(DataType.F32, FormatTag.NCHW, arena).floats();
      assertThat(values).doesNotContain(0);
      assertThat(filled(DataType.F32, FormatTag.NHWC, arena).floats()).containsExactly(values);
      Tensor halves = filled(DataType.BF16, FormatTag.NCHW, arena);
      for (int i = 0; i < values.length; i++) {
        assertThat(halves.segment().getAtIndex(ValueLayout.JAVA_SHORT, i))
            .isEqualTo((short) (Float.floatToRawIntBits(values[i]) >>> 16));
      }
    }
  }

  @Test
  void thePaddingOfBlocksStaysZero() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = filled(DataType.BF16, FormatTag.NCHW8C, arena);
      for (long i = 0; i < tensor.segment().byteSize() / Short.BYTES; i++) {
        boolean padding = i % 8 >= DIMS[1];
        assertThat(tensor.segment().getAtIndex(ValueLayout.JAVA_SHORT, i) == 0).isEqualTo(padding);
      }
    }
  }

  @Test
  void otherTypesAreRefused() {
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> filled(DataType.S8, FormatTag.NCHW, arena))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("desc must be F32 or BF16, was s8 2x3x4x5 abcd");
    }
  }
}
