package io.github.octconv4j.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * A grey or RGB picture as floats, planes first: (channels, height, width), each value the sample
 * of the file scaled to 0..1, nothing else done to it.
 *
 * <p>Images are immutable: operations return a new one, or this one where nothing changes. They may
 * be shared between threads.
 *
 * @since 0.1.0
 */
public final class Image {
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final int width;
  private final int height;
  private final int channels;
  private final float[] values; // (channels, height, width), never changed

  /** The image owns {@code values}, whose length the caller has checked. */
  Image(int width, int height, int channels, float[] values) {
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.values = values;
  }

  /**
   * An image of given values.
   *
   * @param width in pixels, at least 1
   * @param height in pixels, at least 1
   * @param channels 1 for grey, 3 for red, green, blue
   * @param values (channels, height, width), normally in 0..1; copied. Others are not refused here,
   *     see {@link #requireFinite}
   * @return the image
   * @throws IllegalArgumentException if a size is wrong or does not match the number of values
   */
  public static Image of(int width, int height, int channels, float[] values) {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException(
          "channels is " + channels + ", expected 1 (grey) or 3 (RGB)");
    }
    int length = length(width, height, channels);
    if (values.length != length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "values has length %d, expected %d for (channels %d, height %d, width %d)",
              values.length,
              length,
              channels,
              height,
              width));
    }
    return new Image(width, height, channels, values.clone());
  }

  /**
   * The number of columns.
   *
   * @return the width in pixels
   */
  public int width() {
    return width;
  }

  /**
   * The number of rows.
   *
   * @return the height in pixels
   */
  public int height() {
    return height;
  }

  /**
   * The number of planes.
   *
   * @return 1 for grey, 3 for red, green, blue
   */
  public int channels() {
    return channels;
  }

  /**
   * One value.
   *
   * @param channel 0 to {@code channels() - 1}
   * @param row 0 to {@code height() - 1}, from the top
   * @param column 0 to {@code width() - 1}, from the left
   * @return the value, normally in 0..1
   * @throws IndexOutOfBoundsException if an index is outside
   */
  public float at(int channel, int row, int column) {
    requireIndex("channel", channel, channels);
    requireIndex("row", row, height);
    requireIndex("column", column, width);
    return values[(channel * height + row) * width + column];
  }

  private static void requireIndex(String name, int index, int count) {
    if (index < 0 || index >= count) {
      throw new IndexOutOfBoundsException(
          String.format(Locale.ROOT, "%s must be 0 to %d, was %d", name, count - 1, index));
    }
  }

  /**
   * All values.
   *
   * @return a new array, (channels, height, width)
   */
  public float[] toFloats() {
    return values.clone();
  }

  /**
   * The image in grey, by the luma of Rec. 601: {@code .299 R + .587 G + .114 B}.
   *
   * @return an image of one channel; this one, if it is grey already
   */
  public Image gray() {
    if (channels == 1) {
      return this;
    }
    int plane = width * height;
    float[] gray = new float[plane];
    for (int i = 0; i < plane; i++) {
      gray[i] = .299f * values[i] + .587f * values[plane + i] + .114f * values[2 * plane + i];
    }
    return new Image(width, height, 1, gray);
  }

  /**
   * The image in three channels; a grey one gets three equal planes.
   *
   * @return an image of three channels; this one, if it has three already
   */
  public Image rgb() {
    if (channels == 3) {
      return this;
    }
    int plane = width * height;
    float[] rgb = new float[length(width, height, 3)];
    for (int c = 0; c < 3; c++) {
      System.arraycopy(values, 0, rgb, c * plane, plane);
    }
    return new Image(width, height, 3, rgb);
  }

  /**
   * The image in another size. An axis that shrinks averages the pixels that fall on each new one,
   * by area; an axis that grows is interpolated linearly between pixel centres (half-pixel centres,
   * edges repeated: PyTorch's {@code align_corners=False}).
   *
   * @param newWidth in pixels, at least 1
   * @param newHeight in pixels, at least 1
   * @return an image of that size; this one, if the size is the same
   * @throws IllegalArgumentException if a size is below 1 or the image would not fit an array
   */
  public Image resize(int newWidth, int newHeight) {
    length(newWidth, newHeight, channels);
    if (newWidth == width && newHeight == height) {
      return this;
    }
    // Shrinking an axis first never makes the image between the passes larger than both ends.
    return newWidth < width
        ? resizeRows(newWidth).resizeColumns(newHeight)
        : resizeColumns(newHeight).resizeRows(newWidth);
  }

  /**
   * The image in another size, as Pillow and torchvision make it of a picture of 8 bits: values are
   * clamped to 0..1 and rounded to multiples of 1/255 before, between the two axes, and after.
   *
   * @param newWidth in pixels, at least 1
   * @param newHeight in pixels, at least 1
   * @param interpolation the filter
   * @return an image of that size; this one, if the size is the same
   * @throws IllegalArgumentException if a size is below 1, the image would not fit an array, or a
   *     value is NaN or infinite
   */
  public Image resize(int newWidth, int newHeight, Interpolation interpolation) {
    Objects.requireNonNull(interpolation, "interpolation");
    int length = length(newWidth, newHeight, channels);
    requireFinite();
    if (newWidth == width && newHeight == height) {
      return this;
    }
    length(newWidth, height, 1); // the plane between the two axes
    EightBitResize across = new EightBitResize(width, newWidth, interpolation);
    EightBitResize down = new EightBitResize(height, newHeight, interpolation);
    float[] resized = new float[length];
    for (int c = 0; c < channels; c++) {
      byte[] plane = down.down(across.across(bytes(c), height), newWidth);
      for (int i = 0; i < plane.length; i++) {
        resized[c * plane.length + i] = (plane[i] & 0xFF) / 255f;
      }
    }
    return new Image(newWidth, newHeight, channels, resized);
  }

  /** A channel in 8 bits. */
  private byte[] bytes(int channel) {
    byte[] plane = new byte[width * height];
    for (int i = 0; i < plane.length; i++) {
      plane[i] = (byte) Math.round(255 * Math.clamp(values[channel * plane.length + i], 0f, 1f));
    }
    return plane;
  }

  private Image resizeRows(int newWidth) {
    if (newWidth == width) {
      return this;
    }
    AxisWeights weights = AxisWeights.of(width, newWidth);
    float[] resized = new float[length(newWidth, height, channels)];
    for (int row = 0; row < channels * height; row++) {
      for (int x = 0; x < newWidth; x++) {
        resized[row * newWidth + x] = weights.apply(values, row * width, 1, x);
      }
    }
    return new Image(newWidth, height, channels, resized);
  }

  private Image resizeColumns(int newHeight) {
    if (newHeight == height) {
      return this;
    }
    AxisWeights weights = AxisWeights.of(height, newHeight);
    float[] resized = new float[length(width, newHeight, channels)];
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < newHeight; y++) {
        for (int x = 0; x < width; x++) {
          resized[(c * newHeight + y) * width + x] =
              weights.apply(values, c * height * width + x, width, y);
        }
      }
    }
    return new Image(width, newHeight, channels, resized);
  }

  /**
   * The middle of the image, as torchvision's {@code CenterCrop} cuts it out: the left margin is
   * half of what is too much, rounded to the even number where it ends in 1/2, and so is the upper
   * one. Where the image is smaller, black is put around it, one pixel more on the right and below
   * where it can't be equal.
   *
   * @param newWidth in pixels, at least 1
   * @param newHeight in pixels, at least 1
   * @return an image of that size; this one, if the size is the same
   * @throws IllegalArgumentException if a size is below 1 or the image would not fit an array
   */
  public Image centerCrop(int newWidth, int newHeight) {
    int length = length(newWidth, newHeight, channels);
    if (newWidth == width && newHeight == height) {
      return this;
    }
    int left = margin(width, newWidth);
    int top = margin(height, newHeight);
    int from = Math.max(0, left);
    int count = Math.min(width, left + newWidth) - from;
    float[] cropped = new float[length];
    for (int c = 0; c < channels; c++) {
      for (int y = Math.max(0, -top); y < newHeight && top + y < height; y++) {
        System.arraycopy(
            values,
            (c * height + top + y) * width + from,
            cropped,
            (c * newHeight + y) * newWidth + from - left,
            count);
      }
    }
    return new Image(newWidth, newHeight, channels, cropped);
  }

  /** What is cut off in front, negative for what is added. */
  private static int margin(int oldSize, int newSize) {
    return oldSize < newSize
        ? -((newSize - oldSize) / 2)
        : (int) Math.rint((oldSize - newSize) / 2.0);
  }

  /**
   * Checks that all values are finite. Files give none other; an image of {@link #of} may have NaN
   * or infinities, which {@link #resize(int, int)} spreads to all pixels that they have a share in,
   * and {@link #normalize} passes on to the network.
   *
   * @return this image
   * @throws IllegalArgumentException if a value is NaN or infinite; the message says where
   */
  public Image requireFinite() {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        int plane = width * height;
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "image of %s has the value %s in channel %d, row %d, column %d, expected finite values",
                this,
                values[i],
                i / plane,
                i % plane / width,
                i % width));
      }
    }
    return this;
  }

  /**
   * The input of a network: {@code (value - mean) / std}, channel by channel. NaN stays NaN, and an
   * infinity infinite.
   *
   * @param mean of each channel, in units of 0..1
   * @param std standard deviation of each channel, above 0
   * @return a new array, (channels, height, width)
   * @throws IllegalArgumentException if the statistics are not one per channel, not finite, or a
   *     deviation is not above 0
   */
  public float[] normalize(float[] mean, float[] std) {
    float[] normalized = new float[values.length];
    normalizeInto(MemorySegment.ofArray(normalized), mean, std);
    return normalized;
  }

  /**
   * Writes what {@link #normalize} returns into memory, from its beginning, as floats of the
   * machine's byte order. Images of a batch (n, c, h, w) lie behind each other: pass slices.
   *
   * @param destination writable memory of at least {@code 4 * channels * height * width} bytes, of
   *     any alignment
   * @param mean of each channel, in units of 0..1
   * @param std standard deviation of each channel, above 0
   * @throws IllegalArgumentException if the destination is too small or read-only, the statistics
   *     are not one per channel, not finite, or a deviation is not above 0
   * @throws IllegalStateException if the destination's arena is closed
   */
  public void normalizeInto(MemorySegment destination, float[] mean, float[] std) {
    normalize(destination, mean, std, 1, (long) width * height);
  }

  /**
   * Writes the same values as {@link #normalizeInto}, but with the channels of each pixel side by
   * side.
   *
   * @param destination writable memory of at least {@code 4 * channels * height * width} bytes, of
   *     any alignment; takes (height, width, channels)
   * @param mean of each channel, in units of 0..1
   * @param std standard deviation of each channel, above 0
   * @throws IllegalArgumentException as {@link #normalizeInto} does
   * @throws IllegalStateException if the destination's arena is closed
   */
  public void normalizeChannelsLast(MemorySegment destination, float[] mean, float[] std) {
    normalize(destination, mean, std, channels, 1);
  }

  /** From one pixel to the next, and from one channel to the next, are so many floats. */
  private void normalize(
      MemorySegment destination, float[] mean, float[] std, long pixelStep, long channelStep) {
    checkStatistics(mean, std);
    checkDestination(destination);
    int plane = width * height;
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < plane; i++) {
        float value = (values[c * plane + i] - mean[c]) / std[c];
        long at = (i * pixelStep + c * channelStep) * Float.BYTES;
        destination.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, value);
      }
    }
  }

  private void checkDestination(MemorySegment destination) {
    if (!destination.scope().isAlive() || !destination.isAccessibleBy(Thread.currentThread())) {
      throw new IllegalStateException(
          "the memory of destination was freed with its arena, or belongs to a confined arena of another thread; keep the arena open, or take Arena.ofShared()");
    }
    if (destination.isReadOnly()) {
      throw new IllegalArgumentException("destination is read-only, expected writable memory");
    }
    long bytes = (long) values.length * Float.BYTES;
    if (destination.byteSize() < bytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "destination has %d bytes, expected at least %d for (channels %d, height %d, width"
                  + " %d)",
              destination.byteSize(),
              bytes,
              channels,
              height,
              width));
    }
  }

  private void checkStatistics(float[] mean, float[] std) {
    if (mean.length != channels || std.length != channels) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "mean has length %d and std %d, expected %d, one per channel",
              mean.length,
              std.length,
              channels));
    }
    for (int c = 0; c < channels; c++) {
      if (!Float.isFinite(mean[c]) || !Float.isFinite(std[c]) || std[c] <= 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "mean is %s and std %s, expected finite values and deviations above 0",
                Arrays.toString(mean),
                Arrays.toString(std)));
      }
    }
  }

  /**
   * Size and channels.
   *
   * @return for instance {@code 28 x 28 grey}
   */
  @Override
  public String toString() {
    return width + " x " + height + (channels == 1 ? " grey" : " RGB");
  }

  /** The number of values of an image of this size, which must be possible. */
  static int length(int width, int height, int channels) {
    if (width < 1 || height < 1 || (long) width * height > LONGEST_ARRAY / channels) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "size is %d x %d, expected at least 1 x 1 and at most %d values in %d channel%s",
              width,
              height,
              LONGEST_ARRAY,
              channels,
              channels == 1 ? "" : "s"));
    }
    return width * height * channels;
  }
}
