package io.github.octconv4j.dnn;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Whether tensors of different sizes have one layout, as oneDNN's kernels see it: by all strides,
 * also those of single dimensions, which mean nothing but are read.
 */
final class LayoutKind {
  private LayoutKind() {}

  /** Whether there is a layout that both have; one that only oneDNN knows is like each other. */
  static boolean areAlike(MemoryDesc one, MemoryDesc other) {
    Set<String> common = names(one);
    common.retainAll(names(other));
    return one.blocking() == null || other.blocking() == null || !common.isEmpty();
  }

  /** What the layout may be called; with one channel or one pixel that may be several names. */
  private static Set<String> names(MemoryDesc desc) {
    Set<String> names = new HashSet<>();
    Blocking blocking = desc.blocking();
    if (blocking != null && !blocking.isBlocked()) {
      long[] dims = desc.dims();
      long[] strides = blocking.strides();
      if (Arrays.equals(strides, denseStrides(dims, false))) {
        names.add("row-major");
      }
      if (dims.length > 2 && Arrays.equals(strides, denseStrides(dims, true))) {
        names.add("channels-last");
      }
    }
    if (names.isEmpty()) {
      names.add(blocking == null ? desc.layout() : blocking.at(0).toString());
    }
    return names;
  }

  private static long[] denseStrides(long[] dims, boolean channelsLast) {
    long[] strides = new long[dims.length];
    long stride = 1;
    if (channelsLast) {
      strides[1] = 1;
      stride = dims[1];
    }
    for (int d = dims.length - 1; d >= 0; d--) {
      if (!channelsLast || d != 1) {
        strides[d] = stride;
        stride *= dims[d];
      }
    }
    return strides;
  }
}
