package io.github.octconv4j.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Arithmetic of dimensions, which may come from files of strangers: nothing overflows silently. */
final class Shapes {
  private Shapes() {}

  /** The product of dimensions, which must not be negative. */
  static long count(long... dims) {
    long count = 1;
    boolean empty = false;
    for (long dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "dimensions are %s, expected at least 0 each", Arrays.toString(dims)));
      }
      empty |= dim == 0;
    }
    if (empty) {
      return 0;
    }
    for (long dim : dims) {
      if (count > (Long.MAX_VALUE >> 4) / dim) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "dimensions %s make more elements than there can be",
                Arrays.toString(dims)));
      }
      count *= dim;
    }
    return count;
  }

  /** The product of two sizes. */
  static long times(long a, long b) {
    try {
      return Math.multiplyExact(a, b);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "sizes overflow: %d times %d", a, b), e);
    }
  }

  /** The sum of sizes. */
  static long plus(long... sizes) {
    long sum = 0;
    try {
      for (long size : sizes) {
        sum = Math.addExact(sum, size);
      }
      return sum;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("sizes overflow: the sum of " + Arrays.toString(sizes), e);
    }
  }

  /** A number of axes, which is bounded. */
  static int rank(int rank) {
    if (rank < 0 || rank > TensorType.MOST_DIMENSIONS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "rank is %d, expected 0 to %d", rank, TensorType.MOST_DIMENSIONS));
    }
    return rank;
  }

  /** An axis from 0 on; negative ones count from behind. */
  static int axis(long axis, int rank) {
    if (axis < -rank || axis >= rank) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "axis is %d, expected %d to %d", axis, -rank, rank - 1));
    }
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /** Several axes, each named once. */
  static int[] axes(long[] axes, int rank) {
    Objects.requireNonNull(axes, "axes");
    rank(rank);
    int[] result = new int[axes.length];
    boolean[] seen = new boolean[rank];
    for (int i = 0; i < axes.length; i++) {
      result[i] = axis(axes[i], rank);
      if (seen[result[i]]) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "axes are %s, expected each once", Arrays.toString(axes)));
      }
      seen[result[i]] = true;
    }
    return result;
  }

  /** The shape that both have when dimensions of 1 are repeated, aligned at the last one. */
  static long[] broadcast(long[] a, long[] b) {
    long[] result = new long[Math.max(a.length, b.length)];
    for (int i = 1; i <= result.length; i++) {
      long x = i <= a.length ? a[a.length - i] : 1;
      long y = i <= b.length ? b[b.length - i] : 1;
      if (x != y && x != 1 && y != 1) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s and %s can't be broadcast to one shape",
                Arrays.toString(a),
                Arrays.toString(b)));
      }
      result[result.length - i] = x == 1 ? y : x;
    }
    return result;
  }

  static long[] toArray(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  static List<Long> toList(String name, long... values) {
    Objects.requireNonNull(values, name);
    return Arrays.stream(values).boxed().toList();
  }
}
