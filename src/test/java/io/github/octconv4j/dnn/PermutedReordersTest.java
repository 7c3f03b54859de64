package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.Permutations;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Copies between all orders of dimensions. oneDNN has one implementation for each, chosen by sizes
 * too, and names no other where that is not taken.
 */
class PermutedReordersTest {
  /** Below and above the 49,152 elements from which on transposing has a kernel of its own. */
  private static final List<long[]> SIZES =
      List.of(
          new long[] {5, 7},
          new long[] {256, 256},
          new long[] {191, 301},
          new long[] {3, 5, 7},
          new long[] {4, 129, 111},
          new long[] {2, 3, 4, 5},
          new long[] {2, 32, 31, 29},
          new long[] {1, 64, 28, 28},
          new long[] {1, 2, 3, 2, 5},
          new long[] {2, 16, 5, 17, 19},
          // Where one of the two that change places is what a vector holds.
          new long[] {8, 42},
          new long[] {16, 2, 16},
          new long[] {8, 2, 8, 42},
          new long[] {2, 3, 16, 5},
          new long[] {2, 3, 4, 4, 9});

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "S8", "U8", "S32"})
  void everyOrderIsCopiedIntoEveryOther(DataType type) {
    List<String> wrong = new ArrayList<>();
    try (Engine engine = Engine.cpu()) {
      for (long[] dims : SIZES) {
        if (type != DataType.F32 && dims.length == 5) {
          continue; // 120 orders, for the type that has a kernel of its own
        }
        List<MemoryDesc> orders = orders(type, dims);
        for (int i = 0; i < orders.size(); i++) {
          boolean all = i == 0 || orders.size() < 7; // of many orders from and into the first
          for (int k = 0; k < (all ? orders.size() : 1); k++) {
            String failure = copied(engine, orders.get(i), orders.get(k));
            if (!failure.isEmpty()) {
              wrong.add(orders.get(i) + " into " + orders.get(k) + ": " + failure);
            }
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void everyOrderIsCopiedIntoBlocks() {
    List<String> wrong = new ArrayList<>();
    try (Engine engine = Engine.cpu();
        Arena arena = Arena.ofConfined()) {
      for (long[] dims : List.of(new long[] {1, 64, 28, 28}, new long[] {64, 32, 5, 5})) {
        for (FormatTag blocks : List.of(FormatTag.NCHW8C, FormatTag.ABCD16B)) {
          MemoryDesc blocked = MemoryDesc.of(DataType.F32, blocks, dims);
          for (MemoryDesc order : orders(DataType.F32, dims)) {
            Tensor from = filled(order, arena);
            Tensor between = Tensor.allocate(blocked, arena);
            Tensor back = Tensor.allocate(order, arena);
            try {
              Reorder.copy(engine, from, between);
              Reorder.copy(engine, between, back);
            } catch (DnnException e) {
              wrong.add(order + " and " + blocked + ": " + e.getMessage());
              continue;
            }
            if (back.segment().mismatch(from.segment()) >= 0) {
              wrong.add(order + " and " + blocked + ": other elements");
            }
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** As in parts of larger tensors; what lies between the elements stays. */
  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "S8", "S32"})
  void everyOrderWithGapsIsCopied(DataType type) {
    List<String> wrong = new ArrayList<>();
    try (Engine engine = Engine.cpu()) {
      for (long[] dims :
          List.of(new long[] {8, 16}, new long[] {3, 8, 5}, new long[] {2, 16, 3, 8})) {
        List<Integer> rows = Permutations.of(dims.length).getFirst();
        for (List<Integer> order : Permutations.of(dims.length)) {
          for (int gap = 0; gap < dims.length; gap++) {
            MemoryDesc from = desc(type, dims, order, gap);
            for (MemoryDesc to :
                List.of(
                    desc(type, dims, rows, -1),
                    desc(type, dims, rows, gap),
                    desc(type, dims, order.reversed(), dims.length - 1))) {
              for (String failure : List.of(copied(engine, from, to), copied(engine, to, from))) {
                boolean refused = failure.contains("known to be right") && isGapped(from, to);
                if (!failure.isEmpty() && !refused) {
                  wrong.add(from + " and " + to + ": " + failure);
                }
              }
            }
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Where both have gaps, oneDNN's only implementation may be one that passes over them. */
  private static boolean isGapped(MemoryDesc... descs) {
    return Stream.of(descs).allMatch(desc -> MemoryForm.of(desc) == MemoryForm.GAPS);
  }

  /** Says what is wrong, or nothing. */
  private static String copied(Engine engine, MemoryDesc from, MemoryDesc to) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor source = filled(from, arena);
      Tensor target = Tensor.allocate(to, arena);
      target.segment().fill((byte) 0x55);
      Reorder.copy(engine, source, target);
      int size = to.type().bytes();
      long[] a = from.blocking().strides();
      long[] b = to.blocking().strides();
      long count = from.elements();
      long[] at = new long[a.length];
      for (long n = 0; n < count; n++) {
        long x = 0;
        long y = 0;
        for (int d = 0; d < at.length; d++) {
          x += at[d] * a[d];
          y += at[d] * b[d];
        }
        if (bits(source.segment(), x, from.type()) != bits(target.segment(), y, to.type())) {
          return "element " + n + " differs";
        }
        target.segment().asSlice(y * size, size).fill((byte) 0x55);
        for (int d = at.length - 1; d >= 0 && ++at[d] == from.dim(d); d--) {
          at[d] = 0;
        }
      }
      for (long i = 0; i < target.segment().byteSize(); i++) {
        if (target.segment().get(ValueLayout.JAVA_BYTE, i) != 0x55) {
          return "byte " + i + " between the elements was written";
        }
      }
      return "";
    } catch (DnnException e) {
      return e.getMessage();
    }
  }

  /** Numbers that differ within what the type holds, as their place in memory says. */
  private static Tensor filled(MemoryDesc desc, Arena arena) {
    Tensor tensor = Tensor.allocate(desc, arena);
    for (long i = 0; i < tensor.segment().byteSize() / desc.type().bytes(); i++) {
      switch (desc.type().bytes()) {
        case 1 -> tensor.segment().set(ValueLayout.JAVA_BYTE, i, (byte) (i * 37 % 127));
        case 2 ->
            tensor.segment().setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (0x3f80 + i % 0x300));
        default -> tensor.segment().setAtIndex(ValueLayout.JAVA_INT, i, (int) (0x3f800000 + i));
      }
    }
    return tensor;
  }

  private static int bits(MemorySegment segment, long i, DataType type) {
    return switch (type.bytes()) {
      case 1 -> segment.get(ValueLayout.JAVA_BYTE, i);
      case 2 -> segment.getAtIndex(ValueLayout.JAVA_SHORT, i);
      default -> segment.getAtIndex(ValueLayout.JAVA_INT, i);
    };
  }

  /** All orders of dimensions, the row-major one first. */
  private static List<MemoryDesc> orders(DataType type, long[] dims) {
    return Permutations.of(dims.length).stream().map(order -> desc(type, dims, order)).toList();
  }

  private static MemoryDesc desc(DataType type, long[] dims, List<Integer> order) {
    return desc(type, dims, order, -1);
  }

  /** An order from the outermost dimension on, with a gap behind each run of one of them. */
  private static MemoryDesc desc(DataType type, long[] dims, List<Integer> order, int gap) {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int k = dims.length - 1; k >= 0; k--) {
      strides[order.get(k)] = stride;
      stride = stride * dims[order.get(k)] + (k == gap ? 3 : 0);
    }
    return MemoryDesc.strided(type, dims, strides);
  }
}
