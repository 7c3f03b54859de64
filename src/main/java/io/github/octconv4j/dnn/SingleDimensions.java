package io.github.octconv4j.dnn;

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
}
