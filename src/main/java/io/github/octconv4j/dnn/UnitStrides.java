package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The strides of dimensions of size 1, which no element's place depends on. oneDNN leaves them out
 * where it compares descriptors, and so where it looks a primitive up in its cache; yet the kernel
 * that it takes, and the layout that this one wants for the weights, depend on them. So of two
 * operations that differ in them alone, one could get the other's primitive. Here operations that
 * are equal for oneDNN become equal bit by bit: such a dimension gets the stride that it has in a
 * dense tensor, channels last or row-major. All tensors of an operation are told in the same way as
 * far as they can be, because kernels compare them. Source: {@code
 * docs/upstream/primitive-cache.md}.
 *
 * @param channelsLast whether what can be told both ways is told as channels last
 */
record UnitStrides(boolean channelsLast) {
  /** For what has no channels, such as weights. */
  static final UnitStrides ROW_MAJOR = new UnitStrides(false);

  /**
   * Returns what suits the tensors of one operation: channels last unless one of them is row-major
   * for certain and none is channels last for certain.
   */
  static UnitStrides of(List<MemoryDesc> tensors, CallArena arena) {
    boolean last = false;
    boolean rowMajor = false;
    for (MemoryDesc tensor : tensors) {
      DescQuery query = new DescQuery(tensor.in(arena), arena);
      if (query.isBlocked()) {
        Lie lie = Lie.of(query);
        last |= !lie.isIn(lie.rowMajor()) && lie.isIn(lie.channelsLast());
        rowMajor |= lie.isIn(lie.rowMajor()) && !lie.isIn(lie.channelsLast());
      }
    }
    return new UnitStrides(last || !rowMajor);
  }

  /** How a tensor lies: its blocks along each dimension, and the way from one to the next. */
  @SuppressWarnings("ArrayRecordComponent") // compared by no one
  private record Lie(boolean[] free, long[] strides, long[] blocks, long[] blockSizes) {
    static Lie of(DescQuery query) {
      long[] dims = query.dims();
      long[] padded = query.paddedDims();
      long[] sizes = query.blockSizes();
      boolean[] free = new boolean[dims.length];
      long[] blocks = new long[dims.length];
      for (int d = 0; d < dims.length; d++) {
        free[d] = dims[d] == 1 && padded[d] == 1; // as oneDNN compares
        blocks[d] = padded[d] / sizes[d];
      }
      return new Lie(free, query.strides(), blocks, sizes);
    }

    /** The dimensions, outermost first, as named layouts have them. */
    int[] rowMajor() {
      return IntStream.range(0, free.length).toArray();
    }

    /** The same with the second dimension innermost, unless it is in blocks. */
    int[] channelsLast() {
      int rank = free.length;
      return rank < 3 || blockSizes[1] > 1
          ? rowMajor()
          : IntStream.range(0, rank).map(i -> i == 0 ? 0 : i == rank - 1 ? 1 : i + 1).toArray();
    }

    /** Whether the elements lie in that order, as far as they tell. */
    boolean isIn(int[] order) {
      long outer = Long.MAX_VALUE;
      for (int d : order) {
        if (!free[d]) {
          if (strides[d] > outer) {
            return false;
          }
          outer = strides[d];
        }
      }
      return true;
    }

    /** The strides with those of free dimensions as in a dense tensor of that order. */
    long[] agreed(int[] order) {
      long[] agreed = strides.clone();
      long extent = Arrays.stream(blockSizes).reduce(1, (p, q) -> p * q);
      for (int i = order.length - 1; i >= 0; i--) {
        int d = order[i];
        if (free[d]) {
          agreed[d] = extent;
        } else {
          extent = Math.max(extent, strides[d] * blocks[d]);
        }
      }
      return agreed;
    }
  }

  /** Where a descriptor's strides stand in its bytes; read from the library once. */
  private static final class Position {
    static final int OF_STRIDES = find();

    private static int find() {
      int rank = MemoryDesc.MAX_RANK;
      long[] strides = new long[rank];
      for (int d = rank - 1, stride = 7; d >= 0; d--, stride *= 3) {
        strides[d] = stride;
      }
      try (CallArena arena = new CallArena()) {
        long[] dims = new long[rank];
        Arrays.fill(dims, 2);
        MemorySegment desc =
            arena.create(
                dnnl_h::dnnl_memory_desc_destroy,
                out ->
                    dnnl_h.dnnl_memory_desc_create_with_strides(
                        out,
                        rank,
                        NativeMemory.longs(arena, dims),
                        DataType.S8.code(),
                        NativeMemory.longs(arena, strides)),
                "describe a tensor of strides");
        MemorySegment blob = MemorySegment.ofArray(new DescQuery(desc, arena).blob());
        MemorySegment wanted = NativeMemory.longs(arena, strides);
        for (int at = 0; at + wanted.byteSize() <= blob.byteSize(); at += Integer.BYTES) {
          if (blob.asSlice(at, wanted.byteSize()).mismatch(wanted) == -1) {
            return at;
          }
        }
      }
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "oneDNN %s keeps the strides of a descriptor in a way that is not known here; take the version that comes with octconv4j",
              CpuIsa.libraryVersion()));
    }
  }

  /** Makes oneDNN's descriptor with the agreed strides, which lives as long as the arena. */
  MemorySegment in(CallArena arena, MemoryDesc desc) {
    MemorySegment given = desc.in(arena);
    DescQuery query = new DescQuery(given, arena);
    if (!query.isBlocked()) {
      return given;
    }
    Lie lie = Lie.of(query);
    boolean last =
        channelsLast
            ? lie.isIn(lie.channelsLast()) || !lie.isIn(lie.rowMajor())
            : !lie.isIn(lie.rowMajor());
    long[] agreed = lie.agreed(last ? lie.channelsLast() : lie.rowMajor());
    if (Arrays.equals(lie.strides(), agreed)) {
      return given;
    }
    byte[] bytes = query.blob();
    MemorySegment blob = arena.allocate(bytes.length, 16);
    MemorySegment.copy(bytes, 0, blob, ValueLayout.JAVA_BYTE, 0, bytes.length);
    MemorySegment.copy(
        agreed, 0, blob, ValueLayout.JAVA_LONG_UNALIGNED, Position.OF_STRIDES, agreed.length);
    return arena.create(
        dnnl_h::dnnl_memory_desc_destroy,
        out -> dnnl_h.dnnl_memory_desc_create_with_blob(out, blob),
        "make a memory descriptor");
  }
}
