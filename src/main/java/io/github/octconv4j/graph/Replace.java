package io.github.octconv4j.graph;

/** Dimensions with one of them changed. */
final class Replace {
  private Replace() {}

  static long[] size(long[] dims, int axis, long size) {
    long[] changed = dims.clone();
    changed[axis] = size;
    return changed;
  }

  static long[] without(long[] dims, int axis) {
    long[] fewer = new long[dims.length - 1];
    System.arraycopy(dims, 0, fewer, 0, axis);
    System.arraycopy(dims, axis + 1, fewer, axis, fewer.length - axis);
    return fewer;
  }

  static long[] with(long[] dims, int axis, long size) {
    long[] more = new long[dims.length + 1];
    System.arraycopy(dims, 0, more, 0, axis);
    more[axis] = size;
    System.arraycopy(dims, axis, more, axis + 1, dims.length - axis);
    return more;
  }
}
