package io.github.octconv4j.octave;

import java.util.Locale;

/**
 * Rows and columns of zeros around the input of each convolution, at either resolution alike: rows
 * become {@code rows + g} with {@code g = top + bottom - dilation * (kernel - 1)}, columns
 * likewise.
 *
 * <p>Where a layer adds {@code up(conv(x_l))} to {@code conv(x_h)}, the latter has {@code h + g}
 * rows and the former twice {@code h/2 + g}, which is {@code h + 2g}: they can be added for {@code
 * g = 0} only, on whichever sides the zeros are. {@link OctaveConv2d} refuses anything else. Layers
 * with one input, depthwise ones and {@link StrideRule#KEEP_LOW} with stride 2 take any padding.
 *
 * @param top rows above
 * @param left columns before
 * @param bottom rows below
 * @param right columns after
 * @since 0.1.0
 */
public record Padding(int top, int left, int bottom, int right) {
  /** No padding. */
  public static final Padding NONE = new Padding(0, 0, 0, 0);

  /** Checks that none is negative. */
  public Padding {
    if (top < 0 || left < 0 || bottom < 0 || right < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "padding must be at least 0, was top %d, left %d, bottom %d, right %d",
              top,
              left,
              bottom,
              right));
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
