package io.github.octconv4j.octave.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive elements of a dimension.
 *
 * @param first the first element
 * @param count how many, at least 0
 */
record Range(int first, int count) {
  /** All elements of a dimension. */
  static Range all(long size) {
    return new Range(0, Math.toIntExact(size));
  }

  static Range between(int first, int end) {
    return new Range(first, end - first);
  }

  /**
   * Divides {@code 0 .. total - 1} evenly, in whole blocks.
   *
   * @param total a multiple of {@code block}
   * @param index of the share, counted from 0
   * @param of how many shares there are
   */
  static Range share(int total, int block, int index, int of) {
    long blocks = total / block;
    int from = (int) (blocks * index / of * block); // at most total
    int to = (int) (blocks * (index + 1) / of * block);
    return between(from, to);
  }

  int end() {
    return first + count;
  }

  boolean isEmpty() {
    return count <= 0;
  }

  boolean isAll(long size) {
    return first == 0 && count == size;
  }

  /** The elements that each of these becomes {@code factor} of. */
  Range times(int factor) {
    return new Range(first * factor, count * factor);
  }

  /** Those of these that are not before an element; empty where all are. */
  Range from(int least) {
    return least <= first ? this : between(Math.min(least, end()), end());
  }

  /** The same elements, counted from another one. */
  Range relativeTo(int origin) {
    return new Range(first - origin, count);
  }

  /** These, those and what lies between. */
  Range hull(Range other) {
    return between(Math.min(first, other.first), Math.max(end(), other.end()));
  }

  /** Cuts these evenly into as few bands as have at most so many elements; all in one for 0. */
  List<Range> bands(int most) {
    int bands = most == 0 ? 1 : Math.ceilDiv(count, most);
    List<Range> list = new ArrayList<>();
    for (int band = 0; band < bands; band++) {
      Range part = share(count, 1, band, bands);
      list.add(new Range(first + part.first, part.count));
    }
    return list;
  }
}
