package io.github.octconv4j.octave;

/**
 * Rows and columns of zeros around an image.
 *
 * @param top rows above
 * @param left columns before
 * @param bottom rows below
 * @param right columns after
 */
public record Padding(int top, int left, int bottom, int right) {
  /** No padding. */
  public static final Padding NONE = new Padding(0, 0, 0, 0);

  /** Checks that none is negative. */
  public Padding {
    if (top < 0 || left < 0 || bottom < 0 || right < 0) {
      throw new IllegalArgumentException(
          "padding must be at least 0, was top %d, left %d, bottom %d, right %d"
              .formatted(top, left, bottom, right));
    }
  }

  /** Returns rows above and below together. */
  long vertical() {
    return (long) top + bottom;
  }

  /** Returns columns before and after together. */
  long horizontal() {
    return (long) left + right;
  }
}
