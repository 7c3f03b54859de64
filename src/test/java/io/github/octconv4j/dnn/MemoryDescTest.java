package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.cli.shapes.Plain;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryDescTest {
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

  /** Awkward dimensions of the layout's rank: no block divides the channels. */
  private static long[] awkward(FormatTag tag) {
    return switch (tag.rank()) {
      case 1 -> new long[] {7};
      case 2 -> new long[] {3, 7};
      case 3 -> new long[] {2, 19, 5};
      case 4 -> new long[] {2, 17, 3, 5};
      case 5 -> new long[] {2, 18, 2, 3, 5};
      case 6 -> new long[] {2, 3, 4, 2, 3, 5};
      default -> throw new IllegalArgumentException(tag.toString());
    };
  }

  @Test
  void tellsWhatItWasMadeOf() {
    MemoryDesc desc = MemoryDesc.of(DataType.BF16, FormatTag.NHWC, 2, 3, 4, 5);
    assertThat(desc.type()).isEqualTo(DataType.BF16);
    assertThat(desc.rank()).isEqualTo(4);
    assertThat(desc.dims()).containsExactly(2, 3, 4, 5);
    assertThat(desc.dim(1)).isEqualTo(3);
    assertThat(desc.elements()).isEqualTo(120);
    assertThat(desc.bytes()).isEqualTo(240);
    assertThat(desc.isAny()).isFalse();
    assertThat(desc.layout()).isEqualTo("acdb");
    assertThat(desc).hasToString("bf16 2x3x4x5 acdb");
    desc.dims()[0] = 99;
    assertThat(desc.dim(0)).isEqualTo(2);
  }

  @Test
  void anyHasNoBytesAndNoOffsets() {
    MemoryDesc any = f32(FormatTag.ANY, 2, 3, 4, 5);
    assertThat(any.isAny()).isTrue();
    assertThat(any.bytes()).isZero();
    assertThat(any.elements()).isEqualTo(120);
    assertThat(any).hasToString("f32 2x3x4x5 any");
    assertThat(any.has(FormatTag.NCHW)).isFalse();
    assertThat(any.any()).isSameAs(any);
    assertThat(f32(FormatTag.NCHW, 2, 3, 4, 5).any()).isEqualTo(any);
    assertThatThrownBy(() -> any.elementOffset(0, 0, 0, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the layout of f32 2x3x4x5 any has no element offsets");
  }

  @ParameterizedTest
  @CsvSource({
    "F32, ABCD, 1020", // 17 * 15 * 4
    "F32, ACDB, 1020",
    "F32, ABCD8B, 1440", // 24 * 15 * 4
    "F32, ABCD16B, 1920", // 32 * 15 * 4
    "BF16, ABCD16B, 960",
    "S8, ABCD16B, 480",
    "F64, ABCD, 2040",
  })
  void bytesCountThePaddingOfBlocks(DataType type, FormatTag tag, long bytes) {
    assertThat(MemoryDesc.of(type, tag, 1, 17, 3, 5).bytes()).isEqualTo(bytes);
  }

  @Test
  void layoutsAreNamedAsOneDnnNamesThem() {
    assertThat(f32(FormatTag.NCHW16C, 2, 3, 4, 5).layout()).isEqualTo("aBcd16b");
    assertThat(f32(FormatTag.NCHW16C, 1, 64, 56, 56).layout()).isEqualTo("aBcd16b");
    assertThat(f32(FormatTag.NCHW8C, 3, 17, 1, 1).layout()).isEqualTo("aBcd8b");
    assertThat(f32(FormatTag.NHWC, 2, 3, 4, 5).layout()).isEqualTo("acdb");
    assertThat(f32(FormatTag.NDHWC, 2, 3, 4, 5, 6).layout()).isEqualTo("acdeb");
    assertThat(f32(FormatTag.BA, 2, 3).layout()).isEqualTo("ba");
  }

  @Test
  void elementOffsetsByHand() {
    long[] dims = {2, 17, 3, 5};
    MemoryDesc nchw = f32(FormatTag.NCHW, dims);
    MemoryDesc nhwc = f32(FormatTag.NHWC, dims);
    MemoryDesc blocked8 = f32(FormatTag.NCHW8C, dims);
    MemoryDesc blocked16 = f32(FormatTag.NCHW16C, dims);
    for (long n = 0; n < 2; n++) {
      for (long c = 0; c < 17; c++) {
        for (long h = 0; h < 3; h++) {
          for (long w = 0; w < 5; w++) {
            assertThat(nchw.elementOffset(n, c, h, w)).isEqualTo(((n * 17 + c) * 3 + h) * 5 + w);
            assertThat(nhwc.elementOffset(n, c, h, w)).isEqualTo(((n * 3 + h) * 5 + w) * 17 + c);
            assertThat(blocked8.elementOffset(n, c, h, w))
                .isEqualTo((((n * 3 + c / 8) * 3 + h) * 5 + w) * 8 + c % 8);
            assertThat(blocked16.elementOffset(n, c, h, w))
                .isEqualTo((((n * 2 + c / 16) * 3 + h) * 5 + w) * 16 + c % 16);
          }
        }
      }
    }
  }

  /** What oneDNN's reorder writes lies where elementOffset says, and comes back. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ANY")
  void elementOffsetsByReorder(FormatTag tag) {
    long[] dims = awkward(tag);
    float[] values = Loops.iota(Loops.product(dims));
    try (Arena arena = Arena.ofConfined()) {
      Tensor plain = Tensor.of(arena, values, dims);
      Tensor other = Tensor.allocate(f32(tag, dims), arena);
      Reorder.copy(engine, plain, other);
      for (int i = 0; i < values.length; i++) {
        long offset = other.desc().elementOffset(Plain.position(i, dims));
        assertThat(other.segment().getAtIndex(ValueLayout.JAVA_FLOAT, offset)).isEqualTo(values[i]);
      }
      assertThat(Run.plain(engine, other, arena)).containsExactly(values);
    }
  }

  @Test
  void elementOffsetRefusesPositionsOutside() {
    MemoryDesc desc = f32(FormatTag.NCHW, 1, 2, 3, 4);
    for (long[] position :
        new long[][] {{0, 2, 0, 0}, {0, -1, 0, 0}, {0, 0, 0, 4}, {0, 0, 0}, {0, 0, 0, 0, 0}}) {
      assertThatThrownBy(() -> desc.elementOffset(position))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("position [")
          .hasMessageEndingWith("] does not lie inside f32 1x2x3x4 abcd");
    }
  }

  @Test
  void stridedDescriptorsHaveTheGivenOffsets() {
    MemoryDesc rows = MemoryDesc.strided(DataType.F32, new long[] {3, 4}, new long[] {10, 1});
    assertThat(rows.elementOffset(2, 3)).isEqualTo(23);
    assertThat(rows.bytes()).isEqualTo(30 * 4); // oneDNN counts the last row's gap too
    assertThat(rows.has(FormatTag.AB)).isFalse();
    assertThat(rows).hasToString("f32 3x4 ab strides [10, 1]");
    assertThat(MemoryDesc.strided(DataType.F32, new long[] {3, 4}, new long[] {4, 1}))
        .isEqualTo(f32(FormatTag.AB, 3, 4));
    assertThat(MemoryDesc.strided(DataType.F32, new long[] {3, 4}, new long[] {1, 3}))
        .isEqualTo(f32(FormatTag.BA, 3, 4));
  }

  @Test
  void submemoryIsAPartOfTheSameMemory() {
    for (FormatTag tag : new FormatTag[] {FormatTag.NCHW, FormatTag.NHWC}) {
      MemoryDesc whole = f32(tag, 2, 7, 5, 6);
      MemoryDesc part = whole.submemory(new long[] {1, 3, 2, 4}, new long[] {1, 2, 3, 1});
      assertThat(part.dims()).containsExactly(1, 3, 2, 4);
      assertThat(part.elementOffset(0, 0, 0, 0)).isEqualTo(whole.elementOffset(1, 2, 3, 1));
      assertThat(part.elementOffset(0, 2, 1, 3)).isEqualTo(whole.elementOffset(1, 4, 4, 4));
      assertThat(part.bytes()).isEqualTo(4 * (whole.elementOffset(1, 4, 4, 4) + 1));
      assertThat(part.bytes()).isLessThanOrEqualTo(whole.bytes());
      MemoryDesc inner = part.submemory(new long[] {1, 1, 1, 1}, new long[] {0, 1, 1, 2});
      assertThat(inner.elementOffset(0, 0, 0, 0)).isEqualTo(whole.elementOffset(1, 3, 4, 3));
      assertThat(part).isNotEqualTo(f32(tag, 1, 3, 2, 4));
    }
  }

  @Test
  void submemoryOfBlocksBeginsAtABlock() {
    MemoryDesc whole = f32(FormatTag.NCHW16C, 1, 48, 2, 2);
    MemoryDesc part = whole.submemory(new long[] {1, 16, 2, 2}, new long[] {0, 32, 0, 0});
    assertThat(part.elementOffset(0, 5, 1, 1)).isEqualTo(whole.elementOffset(0, 37, 1, 1));
    assertThat(part.bytes()).isEqualTo(whole.bytes());
    assertThatThrownBy(() -> whole.submemory(new long[] {1, 16, 2, 2}, new long[] {0, 5, 0, 0}))
        .isInstanceOf(DnnException.class)
        .hasMessageStartingWith(
            "could not describe the part [1, 16, 2, 2] at [0, 5, 0, 0] of f32 1x48x2x2 aBcd16b: ");
  }

  @Test
  void submemoryMustLieInside() {
    MemoryDesc whole = f32(FormatTag.NCHW, 2, 7, 5, 6);
    assertThatThrownBy(() -> whole.submemory(new long[] {1, 3, 2, 4}, new long[] {1, 5, 0, 0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("submemory [1, 3, 2, 4] at [1, 5, 0, 0] does not lie inside f32 2x7x5x6 abcd");
    assertThatThrownBy(() -> whole.submemory(new long[] {1, 3, 2, 4}, new long[] {0, -1, 0, 0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not lie inside");
    assertThatThrownBy(
            () -> whole.submemory(new long[] {1, 3, 2, 4}, new long[] {0, Long.MAX_VALUE, 0, 0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not lie inside");
    assertThatThrownBy(() -> whole.submemory(new long[] {1, 3, 2}, new long[] {0, 0, 0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "submemory of f32 2x7x5x6 abcd needs 4 dims and offsets, had [1, 3, 2] and [0, 0, 0]");
    assertThatThrownBy(() -> whole.submemory(new long[] {1, 0, 2, 4}, new long[4]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("each of dims must be 1 to 2147483647, were [1, 0, 2, 4]");
  }

  /** Each element stays where it was, or oneDNN can't say it. */
  @Test
  void reshapedBlocks() {
    long[][] shapes = {
      {6},
      {1, 6},
      {6, 1},
      {2, 3},
      {3, 2},
      {1, 2, 3},
      {2, 1, 3},
      {2, 3, 1},
      {3, 2, 1},
      {1, 1, 6},
      {1, 1, 2, 3},
      {1, 2, 1, 3},
      {2, 1, 1, 3},
      {1, 2, 3, 1},
      {2, 1, 3, 1},
      {2, 3, 1, 1}
    };
    int done = 0;
    for (FormatTag tag :
        List.of(FormatTag.ABC8B, FormatTag.ABC16B, FormatTag.ABCD8B, FormatTag.ABCD16B)) {
      for (long[] dims : shapes) {
        if (dims.length != tag.rank()) {
          continue;
        }
        MemoryDesc blocked = f32(tag, dims);
        for (long[] newDims : shapes) {
          try {
            MemoryDesc other = blocked.reshape(newDims);
            for (int i = 0; i < 6; i++) {
              assertThat(other.elementOffset(Plain.position(i, newDims)))
                  .as("%s as %s", blocked, other)
                  .isEqualTo(blocked.elementOffset(Plain.position(i, dims)));
            }
            done++;
          } catch (DnnException e) {
            assertThat(e.status()).isEqualTo(Status.INVALID_ARGUMENTS);
          }
        }
      }
    }
    assertThat(done).isGreaterThan(100);
    MemoryDesc one = f32(FormatTag.ABC16B, 2, 1, 3);
    assertThatThrownBy(() -> one.reshape(6))
        .isInstanceOf(DnnException.class)
        .hasMessageStartingWith("could not reshape f32 2x1x3 aBc16b to [6]: INVALID_ARGUMENTS");
  }

  @Test
  void reshapeKeepsTheMemory() {
    MemoryDesc weights = f32(FormatTag.OIHW, 12, 5, 3, 3);
    MemoryDesc grouped = weights.reshape(4, 3, 5, 3, 3);
    assertThat(grouped).isEqualTo(f32(FormatTag.GOIHW, 4, 3, 5, 3, 3));
    assertThat(grouped.elementOffset(2, 1, 4, 2, 0)).isEqualTo(weights.elementOffset(7, 4, 2, 0));
    assertThat(grouped.reshape(12, 5, 3, 3)).isEqualTo(weights);
    assertThatThrownBy(() -> weights.reshape(4, 4, 5, 3, 3))
        .isInstanceOf(DnnException.class)
        .hasMessage(
            "could not reshape f32 12x5x3x3 abcd to [4, 4, 5, 3, 3]: INVALID_ARGUMENTS, oneDNN refuses this combination of shapes, types and layouts")
        .extracting(e -> ((DnnException) e).status())
        .isEqualTo(Status.INVALID_ARGUMENTS);
  }

  @Test
  void equalityIsByShapeTypeAndLayout() {
    MemoryDesc desc = f32(FormatTag.NCHW, 2, 3, 4, 5);
    assertThat(desc)
        .isEqualTo(f32(FormatTag.ABCD, 2, 3, 4, 5))
        .hasSameHashCodeAs(f32(FormatTag.ABCD, 2, 3, 4, 5))
        .isNotEqualTo(f32(FormatTag.NHWC, 2, 3, 4, 5))
        .isNotEqualTo(f32(FormatTag.NCHW, 2, 3, 5, 4))
        .isNotEqualTo(f32(FormatTag.ABC, 2, 3, 20))
        .isNotEqualTo(f32(FormatTag.ANY, 2, 3, 4, 5))
        .isNotEqualTo(MemoryDesc.of(DataType.S32, FormatTag.NCHW, 2, 3, 4, 5))
        .isNotEqualTo("f32 2x3x4x5 abcd")
        .isNotEqualTo(null);
    // Strides of a dimension of 1 do not matter: both layouts are the same memory.
    assertThat(f32(FormatTag.NCHW, 2, 1, 4, 5))
        .isEqualTo(f32(FormatTag.NHWC, 2, 1, 4, 5))
        .hasSameHashCodeAs(f32(FormatTag.NHWC, 2, 1, 4, 5));
    assertThat(f32(FormatTag.NCHW, 2, 6, 1, 1).has(FormatTag.NHWC)).isTrue();
  }

  @Test
  void hasComparesWithADenseLayout() {
    MemoryDesc desc = f32(FormatTag.NHWC, 2, 3, 4, 5);
    assertThat(desc.has(FormatTag.NHWC)).isTrue();
    assertThat(desc.has(FormatTag.NCHW)).isFalse();
    assertThat(desc.has(FormatTag.ABC)).isFalse();
    assertThat(desc.has(FormatTag.ANY)).isFalse();
    MemoryDesc slice = desc.submemory(new long[] {2, 2, 4, 5}, new long[4]);
    assertThat(slice.has(FormatTag.NHWC)).isFalse();
  }

  @Test
  void rankIsOneToTwelve() {
    assertThatThrownBy(() -> f32(FormatTag.ANY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dims must have 1 to 12 entries, had 0");
    long[] thirteen = new long[13];
    Arrays.fill(thirteen, 1);
    assertThatThrownBy(() -> f32(FormatTag.ANY, thirteen))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dims must have 1 to 12 entries, had 13");
    long[] twelve = Arrays.copyOf(thirteen, 12);
    assertThat(f32(FormatTag.ANY, twelve).rank()).isEqualTo(12);
    assertThat(MemoryDesc.strided(DataType.F32, twelve, twelve).bytes()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE, 1L << 31, Long.MAX_VALUE})
  void eachDimensionIsAPositiveInt(long dim) {
    assertThatThrownBy(() -> f32(FormatTag.NCHW, 2, dim, 4, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            String.format(
                Locale.ROOT, "each of dims must be 1 to 2147483647, were [2, %d, 4, 5]", dim));
  }

  @Test
  void sizesThatOverflowAreRefused() {
    long max = Integer.MAX_VALUE;
    assertThatThrownBy(() -> f32(FormatTag.ABC, max, max, max))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dims [2147483647, 2147483647, 2147483647]: their size in bytes exceeds 2^63");
    assertThatThrownBy(() -> f32(FormatTag.AB, max, max))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exceeds 2^63");
    assertThatThrownBy(
            () ->
                MemoryDesc.strided(
                    DataType.F32, new long[] {3, 2}, new long[] {Long.MAX_VALUE / 2, 1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dims [3, 2]: their size in bytes exceeds 2^63");
    assertThatThrownBy(
            () ->
                MemoryDesc.strided(DataType.F32, new long[] {2, 2}, new long[] {Long.MAX_VALUE, 1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exceeds 2^63");
    assertThat(f32(FormatTag.AB, 1 << 20, 1 << 20).bytes()).isEqualTo(1L << 42);
  }

  @Test
  void layoutMustHaveTheRankOfTheDimensions() {
    assertThatThrownBy(() -> f32(FormatTag.NCHW, 2, 3, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layout ABCD has 4 dimensions, dims [2, 3, 4] has 3");
  }

  @Test
  void stridesMustFit() {
    assertThatThrownBy(() -> MemoryDesc.strided(DataType.F32, new long[] {2, 3}, new long[] {3}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("strides [3] must have as many entries as dims [2, 3]");
    assertThatThrownBy(() -> MemoryDesc.strided(DataType.F32, new long[] {2, 3}, new long[] {3, 0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("strides must be at least 1, were [3, 0]");
    assertThatThrownBy(
            () -> MemoryDesc.strided(DataType.F32, new long[] {2, 3}, new long[] {-3, 1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("strides must be at least 1, were [-3, 1]");
  }
}
