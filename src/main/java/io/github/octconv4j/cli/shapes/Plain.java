package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;

/** The form of tensors that loops read and write: row-major F32. */
final class Plain {
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
}
