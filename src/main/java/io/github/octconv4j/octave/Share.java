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
    int blocks = total / block;
    int from = blocks * index / of;
    int to = blocks * (index + 1) / of;
    return new Share(from * block, (to - from) * block);
  }

  int end() {
    return first + count;
  }
}
