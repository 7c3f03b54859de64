package io.github.octconv4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@SameOnEveryProcessor
class TensorDataTest {
  private static TensorData bytes(ElementType type, byte... bytes) {
    return TensorData.of(type, MemorySegment.ofArray(bytes), bytes.length * 8L / type.bits());
  }

  @Test
  void eachTypeIsReadAsNumbers() {
    assertThat(bytes(ElementType.U8, (byte) -1).longAt(0)).isEqualTo(255);
    assertThat(bytes(ElementType.I8, (byte) -1).doubleAt(0)).isEqualTo(-1);
    assertThat(bytes(ElementType.U16, (byte) -1, (byte) -1).longAt(0)).isEqualTo(65535);
    assertThat(bytes(ElementType.BOOL, (byte) 0, (byte) 7).toLongs()).containsExactly(0, 1);
    assertThat(bytes(ElementType.BF16, (byte) 0x80, (byte) 0xbf).doubleAt(0)).isEqualTo(-1);
    assertThat(bytes(ElementType.F16, (byte) 0, (byte) 0x3c).toFloats()).containsExactly(1);
    byte[] ones = new byte[8];
    java.util.Arrays.fill(ones, (byte) -1);
    assertThat(bytes(ElementType.U64, ones).doubleAt(0)).isEqualTo(0x1p64);
    assertThat(bytes(ElementType.U32, (byte) -1, (byte) -1, (byte) -1, (byte) -1).longAt(0))
        .isEqualTo(0xffffffffL);
    assertThatThrownBy(() -> bytes(ElementType.F8_E5M2, (byte) 1).longAt(0))
        .hasMessage("F8_E5M2[1] can't be read as numbers, convert them first");
  }

  @Test
  void arraysAreCopiedAndMemoryIsNotWritable() {
    float[] values = {1, 2};
    TensorData data = TensorData.of(values, 2);
    values[0] = 9;
    assertThat(data.toFloats()).containsExactly(1, 2);
    assertThat(data.segment().isReadOnly()).isTrue();
    assertThat(data).hasToString("F32[2] {1.0, 2.0}");
  }

  @Test
  void sizesAreChecked() {
    assertThatThrownBy(() -> TensorData.of(new float[3], 2, 2))
        .hasMessage("elements has 12 bytes, expected 16 for F32[2, 2]");
    assertThatThrownBy(() -> TensorData.of(new float[3], -3))
        .hasMessage("dimensions are [-3], expected at least 0 each");
    assertThatThrownBy(() -> TensorData.ofLongs(1, 2).reshape(3))
        .hasMessage("I64[2] has 2 elements, dimensions [3] make 3");
    assertThat(TensorData.ofLongs(1, 2).reshape(2, 1).dims()).containsExactly(2, 1);
  }

  @Test
  void lazyElementsAreReadWhenTheyAreAskedFor() {
    AtomicInteger reads = new AtomicInteger();
    TensorData data =
        TensorData.lazy(
            ElementType.I8,
            () -> {
              reads.incrementAndGet();
              return MemorySegment.ofArray(new byte[] {5, 6});
            },
            2);
    assertThat(reads).hasValue(0);
    MemorySegment held = data.segment();
    assertThat(data.longAt(1)).isEqualTo(6);
    assertThat(data.reshape(1, 2).longAt(0)).isEqualTo(5);
    assertThat(reads).hasValue(1);
    assertThat(held.byteSize()).isEqualTo(2);
    TensorData wrong = TensorData.lazy(ElementType.I8, () -> MemorySegment.ofArray(new byte[1]), 2);
    assertThatThrownBy(wrong::segment).hasMessage("the source of I8[2] gave 1 bytes");
  }

  @Test
  void storedElementsAreReadIntoTheirPlace() {
    List<String> reads = new ArrayList<>();
    TensorData data =
        TensorData.stored(
            ElementType.I8,
            (offset, target) -> {
              reads.add(target.byteSize() + " at " + offset);
              for (long i = 0; i < target.byteSize(); i++) {
                target.set(ValueLayout.JAVA_BYTE, i, (byte) (10 + offset + i));
              }
            },
            2,
            3);
    byte[] two = new byte[2];
    data.copyTo(3, MemorySegment.ofArray(two));
    assertThat(two).containsExactly(13, 14);
    data.reshape(6).copyTo(0, MemorySegment.ofArray(two));
    assertThat(two).containsExactly(10, 11);
    MemorySegment held = data.segment();
    assertThat(held.isReadOnly()).isTrue();
    data.copyTo(4, MemorySegment.ofArray(two)); // from what is held
    assertThat(two).containsExactly(14, 15);
    assertThat(data.toLongs()).containsExactly(10, 11, 12, 13, 14, 15);
    assertThat(reads).containsExactly("2 at 3", "2 at 0", "6 at 0");
    assertThat(held.byteSize()).isEqualTo(6);
    assertThatThrownBy(() -> data.copyTo(5, MemorySegment.ofArray(two)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("offset 5 and 2 bytes of target are not within the 6 bytes of I8[2, 3]");
    assertThatThrownBy(() -> data.copyTo(-1, MemorySegment.ofArray(two)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void storedFloatsAreGivenBackAtOnce() {
    List<MemorySegment> given = new ArrayList<>();
    TensorData data =
        TensorData.stored(
            ElementType.F32,
            (offset, target) -> {
              given.add(target);
              for (long i = 0; i < target.byteSize() / 4; i++) {
                target.setAtIndex(ValueLayout.JAVA_FLOAT, i, offset / 4 + i + 0.5f);
              }
            },
            3);
    assertThat(data.toFloats()).containsExactly(0.5f, 1.5f, 2.5f);
    assertThat(given).hasSize(1);
    assertThat(given.getFirst().scope().isAlive()).isFalse();
    MemorySegment held = data.segment();
    assertThat(data.toFloats()).containsExactly(0.5f, 1.5f, 2.5f); // of what is held
    assertThat(given).hasSize(2);
    assertThat(held.byteSize()).isEqualTo(12);
  }
}
