package io.github.octconv4j.octave;

import java.util.Locale;

/**
 * The size of an octave feature map: images in the batch, and rows and columns at full and at half
 * resolution. A size of a frequency without channels is what it would be.
 *
 * @param batch images, at least 1
 * @param height rows of the high part, at least 1
 * @param width columns of the high part, at least 1
 * @param lowHeight rows of the low part, 0 where a single row was halved
 * @param lowWidth columns of the low part, 0 where a single column was halved
 * @since 0.1.0
 */
public record OctaveShape(int batch, int height, int width, int lowHeight, int lowWidth) {
  /** Checks the sizes. */
  public OctaveShape {
    if (batch < 1 || height < 1 || width < 1 || lowHeight < 0 || lowWidth < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "shape needs batch, height and width of at least 1, was batch %d, %dx%d, low %dx%d",
              batch,
              height,
              width,
              lowHeight,
              lowWidth));
    }
  }

  /** Returns the shape whose low part is half of the full size. */
  public static OctaveShape of(int batch, int height, int width, SizeRule rule) {
    return new OctaveShape(batch, height, width, rule.half(height), rule.half(width));
  }
}
