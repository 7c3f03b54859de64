package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.Window;

/**
 * What a window that moves over the rows of an image does for some of the rows of the result.
 *
 * @param window of the whole image
 * @param height rows of the image
 */
record WindowRows(Window window, int height) {
  /** Whether each pixel is computed from the one in its place alone. */
  static boolean isPoint(Window window) {
    boolean point = true;
    for (int d = 0; d < 2; d++) {
      point &=
          window.kernel(d) == 1
              && window.stride(d) == 1
              && window.before(d) == 0
              && window.after(d) == 0;
    }
    return point;
  }

  private long first(Range out) {
    return out.first() * window.stride(0) - window.before(0);
  }

  private long end(Range out) {
    return (out.end() - 1) * window.stride(0) - window.before(0) + window.reach(0) + 1;
  }

  /**
   * The rows of the image that are read. A row at least, even if the window passes over all of
   * them: then it counts as padding too.
   */
  Range read(Range out) {
    int from = Math.clamp(first(out), 0, height - 1);
    return Range.between(from, Math.clamp(end(out), from + 1, height));
  }

  /** The window over {@link #read}, with zeros only where the image ends. */
  Window over(Range out) {
    Range read = read(out);
    return window.padding(
        new long[] {read.first() - first(out), window.before(1)},
        new long[] {end(out) - read.end(), window.after(1)});
  }

  /**
   * The rows of the result whose window reaches into the image: those before and after lie in the
   * padding alone, and nobody can have them without a row of the image. The first where there is
   * none.
   *
   * @param rows of the result
   */
  Range reading(int rows) {
    long stride = window.stride(0);
    long before = window.before(0);
    long first = Math.max(0, Math.ceilDiv(before - window.reach(0), stride));
    long end = Math.min(rows, Math.floorDiv(before + height - 1, stride) + 1);
    return first < end ? Range.between((int) first, (int) end) : new Range(0, Math.min(1, rows));
  }
}
