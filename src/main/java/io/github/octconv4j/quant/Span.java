package io.github.octconv4j.quant;

import java.util.Locale;

/**
 * A range of floats that whole numbers from 0 to 255 stand for; it holds 0, so that padding and
 * ReLU are exact. What stands for 0 is an even number: means of two or four whole numbers are then
 * rounded as those that they stand for.
 *
 * @param low at most 0
 * @param high at least 0
 * @since 0.1.0
 */
public record Span(float low, float high) {
  private static final int LEVELS = 255;

  /** Checks the limits. */
  public Span {
    if (!(low <= 0 && high >= 0 && Float.isFinite(low) && Float.isFinite(high))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "low must be at most 0 and high at least 0, were %s and %s", low, high));
    }
  }

  /**
   * Returns a range that holds 0 too.
   *
   * @param least of the elements
   * @param most of the elements
   */
  static Span of(double least, double most) {
    return new Span((float) Math.min(0, least), (float) Math.max(0, most));
  }

  /** Returns the range that holds both. */
  Span with(Span other) {
    return new Span(Math.min(low, other.low), Math.max(high, other.high));
  }

  /** Returns the distance of neighbouring steps; 1 where there is nothing but zeros. */
  public float scale() {
    double scale = ((double) high - low) / (low < 0 ? LEVELS - 1 : LEVELS); // one is for evenness
    return scale < Float.MIN_NORMAL ? 1 : (float) scale;
  }

  /** Returns what stands for 0, an even number from 0 to 254. */
  public int zeroPoint() {
    return 2 * (int) Math.rint((0.5 - (double) low / scale()) / 2);
  }
}
