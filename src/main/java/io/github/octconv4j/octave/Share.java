package io.github.octconv4j.octave;

/**
 * A part of {@code 0 .. total - 1} for one of several threads.
 *
 * @param first the first element
 * @param count how many
 */
record Share(int first, int count) {
  /** Divides evenly, in whole blocks; {@code total} must be a multiple of {@code block}. */
  static Share of(int total, int block, int index, int of) {
    long blocks = total / block;
    int from = (int) (blocks * index / of * block); // at most total
    int to = (int) (blocks * (index + 1) / of * block);
    return new Share(from, to - from);
  }

  int end() {
    return first + count;
  }
}
