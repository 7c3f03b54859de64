package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
  private static final MemoryDesc DESC = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 2, 3, 4, 5);

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    arena.close();
  }

  @Test
  void allocatesZerosInCacheLines() {
    Tensor tensor = Tensor.allocate(DESC, arena);
    assertThat(tensor.segment().byteSize()).isEqualTo(480);
    assertThat(tensor.segment().address() % Tensor.ALIGNMENT).isZero();
    assertThat(tensor.floats()).containsOnly(0f).hasSize(120);
  }

  @Test
  void viewsTheCallersMemory() {
    MemorySegment segment = arena.allocate(480, 4);
    Tensor tensor = new Tensor(DESC, segment);
    segment.setAtIndex(ValueLayout.JAVA_FLOAT, 7, 42f);
    assertThat(tensor.floats()[7]).isEqualTo(42f);
    assertThat(tensor.segment()).isSameAs(segment);
    assertThat(tensor).isEqualTo(new Tensor(DESC, segment));
    assertThat(tensor).hasSameHashCodeAs(new Tensor(DESC, segment));
    assertThat(tensor).isNotEqualTo(Tensor.allocate(DESC, arena));
    assertThat(tensor.toString()).startsWith("Tensor[f32 2x3x4x5 abcd at 0x");
  }

  @ParameterizedTest
  @EnumSource(names = {"ABCD", "ACDB", "ABCD8B", "ABCD16B"})
  void floatsComeBackFromEachLayout(FormatTag tag) {
    MemoryDesc desc = MemoryDesc.of(DataType.F32, tag, 2, 17, 3, 5);
    Tensor tensor = Tensor.allocate(desc, arena);
    float[] values = Loops.iota(510);
    tensor.set(values);
    assertThat(tensor.floats()).containsExactly(values);
    assertThat(tensor.segment().getAtIndex(ValueLayout.JAVA_FLOAT, desc.elementOffset(1, 16, 2, 4)))
        .isEqualTo(510f);
    // The padding of blocks stays zero: the sum over the memory is the sum over the values.
    double sum = 0;
    for (float value : tensor.segment().toArray(ValueLayout.JAVA_FLOAT)) {
      sum += value;
    }
    assertThat(sum).isEqualTo(510 * 511 / 2.0);
  }

  @Test
  void floatsComeBackFromAPartAndFromStrides() {
    Tensor whole = Tensor.of(arena, Loops.iota(120), 2, 3, 4, 5);
    Tensor part =
        new Tensor(
            DESC.submemory(new long[] {1, 2, 1, 2}, new long[] {1, 1, 3, 1}),
            whole.segment()); // at 384 bytes, which SSE4.1 takes
    assertThat(part.floats()).containsExactly(97, 98, 117, 118);
    part.set(new float[] {-1, -2, -3, -4});
    assertThat(whole.floats()[96]).isEqualTo(-1);
    assertThat(whole.floats()[117]).isEqualTo(-4);
    assertThat(whole.floats()[95]).isEqualTo(96);
    Tensor columns =
        new Tensor(
            MemoryDesc.strided(DataType.F32, new long[] {2, 3}, new long[] {1, 20}),
            whole.segment());
    assertThat(columns.floats()).containsExactly(1, 21, 41, 2, 22, 42);
  }

  @Test
  void ofCopiesTheArray() {
    float[] values = {1, 2, 3, 4, 5, 6};
    Tensor tensor = Tensor.of(arena, values, 2, 3);
    values[0] = 99;
    assertThat(tensor.floats()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(tensor.desc()).isEqualTo(MemoryDesc.of(DataType.F32, FormatTag.AB, 2, 3));
    assertThatThrownBy(() -> Tensor.of(arena, values, 2, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("values has 6 elements, f32 2x2 ab needs 4");
    assertThatThrownBy(() -> Tensor.of(arena, new float[] {1}, 1, 1, 1, 1, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rank must be 1 to 6, was 7");
  }

  @Test
  void refusesHeapMemory() {
    MemorySegment heap = MemorySegment.ofArray(new float[120]);
    assertThatThrownBy(() -> new Tensor(DESC, heap))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("segment must be off-heap memory (Arena.allocate), was ");
  }

  @Test
  void refusesMemoryThatIsTooSmall() {
    MemorySegment small = arena.allocate(479, 64);
    assertThatThrownBy(() -> new Tensor(DESC, small))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("segment has 479 bytes, f32 2x3x4x5 abcd needs 480");
    MemoryDesc blocked = MemoryDesc.of(DataType.F32, FormatTag.NCHW16C, 2, 3, 4, 5);
    MemorySegment dense = arena.allocate(480, 64);
    assertThatThrownBy(() -> new Tensor(blocked, dense))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("segment has 480 bytes, f32 2x3x4x5 aBcd16b needs 2560");
  }

  @Test
  void refusesMemoryThatIsNotAligned() {
    MemorySegment odd = arena.allocate(500, 64).asSlice(2);
    assertThatThrownBy(() -> new Tensor(DESC, odd))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            String.format(
                Locale.ROOT,
                "segment at address %#x is not aligned to 4 bytes, the size of an element of f32"
                    + " 2x3x4x5 abcd",
                odd.address()));
    MemoryDesc bytes = MemoryDesc.of(DataType.S8, FormatTag.NCHW, 2, 3, 4, 5);
    if (CpuIsa.leastAlignment() == 1) {
      assertThat(new Tensor(bytes, odd).segment()).isSameAs(odd);
    } else {
      assertThatThrownBy(() -> new Tensor(bytes, odd))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              String.format(
                  Locale.ROOT,
                  "segment at address %#x has its first element at %#x, which is not aligned to %d"
                      + " bytes, as %s wants it",
                  odd.address(),
                  odd.address(),
                  CpuIsa.leastAlignment(),
                  CpuIsa.name()));
    }
  }

  @Test
  void refusesMemoryThatWasFreed() {
    MemorySegment freed;
    Tensor tensor;
    try (Arena other = Arena.ofConfined()) {
      freed = other.allocate(480, 64);
      tensor = new Tensor(DESC, freed);
    }
    assertThatThrownBy(() -> new Tensor(DESC, freed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "segment was freed, its arena is closed; keep the arena open until the last use has"
                + " ended");
    assertThatThrownBy(tensor::floats).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> tensor.set(new float[120])).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesDescriptorsWithoutLayout() {
    MemorySegment segment = arena.allocate(480, 64);
    assertThatThrownBy(() -> new Tensor(DESC.any(), segment))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("desc must have a layout, was f32 2x3x4x5 any");
    assertThatThrownBy(() -> Tensor.allocate(DESC.any(), arena))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readOnlyMemoryCanBeReadOnly() {
    Tensor source = Tensor.of(arena, Loops.iota(120), 2, 3, 4, 5);
    Tensor readOnly = new Tensor(DESC, source.segment().asReadOnly());
    assertThat(readOnly.floats()).containsExactly(Loops.iota(120));
    assertThatThrownBy(() -> readOnly.set(new float[120]))
        .isInstanceOf(IllegalArgumentException.class);
    try (Engine engine = Engine.cpu()) {
      Tensor copy = Tensor.allocate(DESC, arena);
      Reorder.copy(engine, readOnly, copy);
      assertThat(copy.floats()).containsExactly(Loops.iota(120));
      assertThatThrownBy(() -> Reorder.copy(engine, copy, readOnly))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("argument dst of reorder is written, but its segment is read-only");
    }
  }

  @Test
  void floatsAreF32Only() {
    Tensor tensor =
        Tensor.allocate(MemoryDesc.of(DataType.BF16, FormatTag.NCHW, 1, 2, 3, 4), arena);
    assertThatThrownBy(tensor::floats)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("floats need an F32 tensor, this is bf16 1x2x3x4 abcd");
    assertThatThrownBy(() -> tensor.set(new float[24])).isInstanceOf(IllegalStateException.class);
    Tensor floats = Tensor.allocate(DESC, arena);
    assertThatThrownBy(() -> floats.set(new float[119]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("values has 119 elements, f32 2x3x4x5 abcd needs 120");
  }

  @Test
  void aFullArrayFillsAllOfATensor() {
    Tensor tensor = Tensor.allocate(DESC, arena);
    float[] values = new float[120];
    Arrays.fill(values, 3);
    tensor.set(values);
    assertThat(tensor.floats()).containsOnly(3f);
  }
}
