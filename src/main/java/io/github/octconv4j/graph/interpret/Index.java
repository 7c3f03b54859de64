package io.github.octconv4j.graph.interpret;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

/**
 * Where the elements of a result stand in a source: a sum of one number for each axis, from a
 * table. Slices, padding, repetition, permutation and nearest neighbours are all of this kind. A
 * negative number in a table means that there is no such element.
 */
final class Index {
  private static final int NONE = -1;

  private final int[][] tables;

  /** Takes a place of the result and the one of the source, or -1. */
  interface Visitor {
    void visit(int result, int source);
  }

  private Index(int[]... tables) {
    this.tables = tables;
  }

  static Index of(int[]... tables) {
    return new Index(tables);
  }

  /** How many elements there are, which must fit an array. */
  static int count(long... dims) {
    long count = 1;
    for (long dim : dims) {
      count = Math.multiplyExact(count, dim);
    }
    if (count > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a tensor %s has more elements than the interpreter takes",
              Arrays.toString(dims)));
    }
    return (int) count;
  }

  /** An axis that may be counted from behind, which the operation has checked. */
  static int axis(long axis, int rank) {
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /** Elements from one index of an axis to the next, for each axis. */
  static int[] strides(long... dims) {
    int[] strides = new int[dims.length];
    int stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= (int) Math.max(1, dims[i]);
    }
    return strides;
  }

  /** A table of indices times a stride; a negative index has no element. */
  static int[] table(long length, int stride, IntUnaryOperator index) {
    int[] table = new int[Math.toIntExact(length)];
    for (int i = 0; i < table.length; i++) {
      int at = index.applyAsInt(i);
      table[i] = at < 0 ? NONE : at * stride;
    }
    return table;
  }

  /** A source whose dimensions of 1 are repeated, aligned at the last one. */
  static Index broadcast(long[] source, long[] result) {
    int[] strides = strides(source);
    int[][] tables = new int[result.length][];
    for (int i = 0; i < result.length; i++) {
      int at = i - result.length + source.length;
      int stride = at < 0 || source[at] == 1 ? 0 : strides[at];
      tables[i] = table(result[i], stride, j -> j);
    }
    return new Index(tables);
  }

  void forEach(Visitor visitor) {
    for (int[] table : tables) {
      if (table.length == 0) {
        return;
      }
    }
    if (tables.length == 0) {
      visitor.visit(0, 0);
    } else {
      walk(0, 0, 0, visitor);
    }
  }

  private int walk(int axis, int result, int source, Visitor visitor) {
    int next = result;
    for (int at : tables[axis]) {
      int place = at < 0 || source < 0 ? NONE : source + at;
      if (axis == tables.length - 1) {
        visitor.visit(next++, place);
      } else {
        next = walk(axis + 1, next, place, visitor);
      }
    }
    return next;
  }

  /** The places in the source, in the result's order. */
  int[] toArray() {
    long count = 1;
    for (int[] table : tables) {
      count = Math.multiplyExact(count, (long) table.length);
    }
    int[] places = new int[count(count)];
    forEach((result, source) -> places[result] = source);
    return places;
  }
}
