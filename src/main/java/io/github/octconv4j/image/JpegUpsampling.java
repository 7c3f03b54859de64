package io.github.octconv4j.image;

/**
 * How a component with fewer samples than pixels gets one for each. Two become four by triangles,
 * as libjpeg-turbo does it and with its rounding; other ratios repeat samples.
 */
enum JpegUpsampling {
  /** A sample for each pixel. */
  NONE,
  /** Half as many across. */
  ACROSS,
  /** Half as many down. */
  DOWN,
  /** Half as many both ways. */
  BOTH,
  /** Whatever ratio. */
  REPEAT;

  private static final int NARROWEST = 3; // narrower components repeat their samples

  /** The way for a component whose image has {@code h x v} pixels for each of its samples. */
  static JpegUpsampling of(JpegComponent component, int h, int v) {
    boolean wide = component.width() >= NARROWEST;
    if (h == 1 && v == 1) {
      return NONE;
    }
    if (h == 1 && v == 2) {
      return DOWN;
    }
    if (h == 2 && v <= 2 && wide) {
      return v == 1 ? ACROSS : BOTH;
    }
    return REPEAT;
  }

  /**
   * Makes a row.
   *
   * @param y the row of the image
   * @param h pixels for each sample across
   * @param v pixels for each sample down
   * @param row takes at least as many pixels as the samples stand for
   */
  void row(JpegComponent component, int y, int h, int v, int[] row) {
    int width = component.width();
    int near = y / v;
    int far = Math.clamp(y % 2 == 0 ? near - 1 : near + 1, 0, component.height() - 1);
    switch (this) {
      case NONE -> {
        for (int x = 0; x < width; x++) {
          row[x] = component.sample(near, x);
        }
      }
      case DOWN -> {
        int rounding = y % 2 == 0 ? 1 : 2;
        for (int x = 0; x < width; x++) {
          int sum = 3 * component.sample(near, x) + component.sample(far, x);
          row[x] = (sum + rounding) >> 2;
        }
      }
      case ACROSS -> {
        for (int x = 0; x < width; x++) {
          int here = 3 * component.sample(near, x);
          int left = component.sample(near, Math.max(x - 1, 0));
          int right = component.sample(near, Math.min(x + 1, width - 1));
          row[2 * x] = (here + left + 1) >> 2;
          row[2 * x + 1] = (here + right + 2) >> 2;
        }
      }
      case BOTH -> {
        int last = 3 * component.sample(near, 0) + component.sample(far, 0);
        int here = last;
        for (int x = 0; x < width; x++) {
          int right = Math.min(x + 1, width - 1);
          int next = 3 * component.sample(near, right) + component.sample(far, right);
          row[2 * x] = (3 * here + last + 8) >> 4;
          row[2 * x + 1] = (3 * here + next + 7) >> 4;
          last = here;
          here = next;
        }
      }
      case REPEAT -> {
        for (int x = 0; x < width * h; x++) {
          row[x] = component.sample(near, x / h);
        }
      }
    }
  }
}
