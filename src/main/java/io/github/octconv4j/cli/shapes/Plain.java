package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;

/** The form of tensors that loops read and write: row-major F32. */
public final class Plain {
  private Plain() {}

  static MemoryDesc desc(long[] dims) {
    return MemoryDesc.of(DataType.F32, FormatTag.rowMajor(dims.length), dims);
  }

  /** Bytes, as a double because no number of them is too large to ask. */
  static double bytes(long[] dims) {
    double bytes = DataType.F32.bytes();
    for (long dim : dims) {
      bytes *= dim;
    }
    return bytes;
  }

  /** Returns the position of an element in each dimension. */
  public static long[] position(long index, long[] dims) {
    long[] position = new long[dims.length];
    long rest = index;
    for (int d = dims.length - 1; d >= 0; d--) {
      position[d] = rest % dims[d];
      rest /= dims[d];
    }
    return position;
  }
}
