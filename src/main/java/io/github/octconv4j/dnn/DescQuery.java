package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Asks one of oneDNN's memory descriptors what it describes, while the arena is open. */
final class DescQuery {
  private final MemorySegment desc;
  private final Arena arena;
  private final MemorySegment out;

  DescQuery(MemorySegment desc, Arena arena) {
    this.desc = desc;
    this.arena = arena;
    this.out = arena.allocate(ValueLayout.JAVA_LONG);
  }

  int rank() {
    return number(dnnl_h.dnnl_query_ndims_s32());
  }

  DataType type() {
    return DataType.of(number(dnnl_h.dnnl_query_data_type()));
  }

  long[] dims() {
    return numbers(dnnl_h.dnnl_query_dims(), rank());
  }

  /** Whether the layout is left to oneDNN. */
  boolean isAny() {
    return formatKind() == dnnl_h.dnnl_format_kind_any();
  }

  /** Whether oneDNN tells where the elements lie. */
  boolean isBlocked() {
    return formatKind() == dnnl_h.dnnl_blocked();
  }

  /** The dimensions with the last block filled up; of a layout in blocks. */
  long[] paddedDims() {
    return numbers(dnnl_h.dnnl_query_padded_dims(), rank());
  }

  /** The distance of neighbouring blocks in each dimension; of a layout in blocks. */
  long[] strides() {
    return numbers(dnnl_h.dnnl_query_strides(), rank());
  }

  /** How many elements along each dimension lie in one block; of a layout in blocks. */
  long[] blockSizes() {
    long[] sizes = new long[rank()];
    Arrays.fill(sizes, 1);
    int blocks = number(dnnl_h.dnnl_query_inner_nblks_s32());
    long[] inner = numbers(dnnl_h.dnnl_query_inner_blks(), blocks);
    long[] dims = numbers(dnnl_h.dnnl_query_inner_idxs(), blocks);
    for (int i = 0; i < blocks; i++) {
      sizes[(int) dims[i]] *= inner[i];
    }
    return sizes;
  }

  /** The dimension of each block, the outermost first; empty where the layout has none. */
  long[] blockedDims() {
    int blocks = isBlocked() ? number(dnnl_h.dnnl_query_inner_nblks_s32()) : 0;
    return numbers(dnnl_h.dnnl_query_inner_idxs(), blocks);
  }

  /** Where the elements lie; null where the layout is left to oneDNN, or is its secret. */
  @Nullable Blocking blocking() {
    if (!isBlocked()) {
      return null;
    }
    int blocks = number(dnnl_h.dnnl_query_inner_nblks_s32());
    query(dnnl_h.dnnl_query_submemory_offset_s64());
    return new Blocking(
        out.get(ValueLayout.JAVA_LONG, 0),
        paddedDims(),
        strides(),
        numbers(dnnl_h.dnnl_query_inner_blks(), blocks),
        numbers(dnnl_h.dnnl_query_inner_idxs(), blocks));
  }

  /** The bytes from which the descriptor can be made again. */
  byte[] blob() {
    Status.check(
        dnnl_h.dnnl_memory_desc_get_blob(MemorySegment.NULL, out, desc),
        "size a memory descriptor");
    MemorySegment blob = arena.allocate(out.get(ValueLayout.JAVA_LONG, 0), 16);
    Status.check(dnnl_h.dnnl_memory_desc_get_blob(blob, out, desc), "copy a memory descriptor");
    return blob.toArray(ValueLayout.JAVA_BYTE);
  }

  private int formatKind() {
    return number(dnnl_h.dnnl_query_format_kind());
  }

  private int number(int what) {
    query(what);
    return out.get(ValueLayout.JAVA_INT, 0);
  }

  /** The numbers behind a pointer that oneDNN lends. */
  private long[] numbers(int what, int count) {
    query(what);
    return NativeMemory.longsAt(out.get(ValueLayout.ADDRESS, 0), count);
  }

  private void query(int what) {
    Status.check(
        dnnl_h.dnnl_memory_desc_query(desc, what, out), "query property %d of a descriptor", what);
  }
}
