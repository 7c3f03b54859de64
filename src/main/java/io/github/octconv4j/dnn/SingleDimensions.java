package io.github.octconv4j.dnn;

import java.util.List;

/** Strides of dimensions of size 1, which mean nothing but are read by some of oneDNN's kernels. */
final class SingleDimensions {
  private SingleDimensions() {}

  /**
   * Returns strides that place each element where the given ones do, with those of single
   * dimensions as in a dense layout: channels innermost where they are, or else row-major.
   */
  static long[] usual(long[] dims, long[] strides) {
    long[] usual = strides.clone();
    int last = dims.length - 1;
    boolean channelsLast = last >= 2 && dims[1] > 1 && strides[1] == 1;
    long inner = channelsLast ? dims[1] : 1;
    for (int d = last; d >= 0; d--) {
      if (dims[d] == 1) {
        usual[d] = inner;
      }
      inner = Math.max(inner, multipliedOrMost(usual[d], dims[d]));
    }
    return usual;
  }

  /** A stride that nobody steps by may be anything; it must only be a number. */
  private static long multipliedOrMost(long stride, long dim) {
    return Math.multiplyHigh(stride, dim) == 0 && stride * dim > 0 ? stride * dim : Long.MAX_VALUE;
  }

  /**
   * The layout of images as the other ones would be described. An image of one pixel or one channel
   * is row-major and channels-last at once, but kernels of oneDNN 3.13 take strides that mean
   * nothing there for sizes, read beyond the end and mix up the results ({@code get_strides}).
   */
  static MemoryDesc like(MemoryDesc desc, MemoryDesc other) {
    if (desc.isAny()) {
      return desc;
    }
    for (FormatTag tag :
        List.of(FormatTag.channelsLast(desc.rank()), FormatTag.rowMajor(desc.rank()))) {
      if (desc.has(tag) && (other.isAny() || other.has(tag))) {
        return MemoryDesc.of(desc.type(), tag, desc.dims());
      }
    }
    return desc;
  }
}
