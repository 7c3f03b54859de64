package io.github.octconv4j.image;

import java.util.Locale;

/**
 * How picture files are read. Immutable.
 *
 * @param maxPixels the largest width times height to accept, at least 1; above 536,870,911 it
 *     counts as that many
 * @param upright whether a picture is mirrored and turned as its EXIF orientation says, so that it
 *     stands as the camera saw it
 * @since 0.1.0
 */
public record ImageOptions(long maxPixels, boolean upright) {
  /** At most {@link ImageFiles#MAX_PIXELS} pixels, upright. */
  public static final ImageOptions DEFAULT = new ImageOptions(ImageFiles.MAX_PIXELS, true);

  private static final int LARGEST = Integer.MAX_VALUE / 4; // fits arrays, whatever the format

  /**
   * Checks the limit.
   *
   * @throws IllegalArgumentException if {@code maxPixels} is below 1
   */
  public ImageOptions {
    if (maxPixels < 1) {
      throw new IllegalArgumentException("maxPixels is " + maxPixels + ", expected at least 1");
    }
  }

  /**
   * The same with another limit.
   *
   * @param maxPixels the largest width times height to accept, at least 1
   * @return new options
   * @throws IllegalArgumentException if {@code maxPixels} is below 1
   */
  public ImageOptions maxPixels(long maxPixels) {
    return new ImageOptions(maxPixels, upright);
  }

  /**
   * The same, with or without regard to the EXIF orientation.
   *
   * @param upright whether pictures are mirrored and turned as it says
   * @return new options
   */
  public ImageOptions upright(boolean upright) {
    return new ImageOptions(maxPixels, upright);
  }

  /** Refuses a size that is too large. */
  void checkSize(int width, int height) throws BadImageException {
    long most = Math.min(maxPixels, LARGEST);
    if ((long) width * height > most) {
      throw new BadImageException(
          String.format(
              Locale.ROOT,
              "is %d x %d pixels large, more than the limit of %d pixels",
              width,
              height,
              most));
    }
  }
}
