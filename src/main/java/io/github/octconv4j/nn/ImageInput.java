package io.github.octconv4j.nn;

import io.github.octconv4j.image.Image;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Makes pictures of any size and color what a network takes. Immutable.
 *
 * @since 0.1.0
 */
public final class ImageInput {
  private static final int MOST_RATIO = 100; // scaled, a longer one would fill the heap

  private final NetworkInfo info;
  private final float[] mean;
  private final float[] std;

  /**
   * The input of a network.
   *
   * @throws IllegalArgumentException if the network takes neither grey nor RGB pictures
   */
  public ImageInput(NetworkInfo info) {
    Objects.requireNonNull(info, "info");
    if (info.channels() != 1 && info.channels() != 3) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "network %s takes images of %d channels, pictures have 1 or 3",
              info.name(),
              info.channels()));
    }
    this.info = info;
    this.mean = floats(info.mean());
    this.std = floats(info.std());
  }

  /**
   * Returns the picture in the network's size, grey or RGB as the network takes it.
   *
   * <p>Where {@link NetworkInfo#resize} is 0 it is stretched by {@link Image#resize(int, int)}.
   * Else it is scaled by its shorter side with {@link NetworkInfo#interpolation}, the longer one
   * rounded down, and the middle is cut out: the pixels of torchvision's {@code Resize} and {@code
   * CenterCrop} on a picture of 8 bits, to the last bit.
   *
   * @throws IllegalArgumentException if the longer side is 100 times the shorter one or more and
   *     the picture is not stretched, or a value is NaN or infinite
   */
  public Image fit(Image image) {
    Objects.requireNonNull(image, "image");
    image.requireFinite();
    if (info.resize() == 0) {
      return colored(few(image).resize(info.width(), info.height()));
    }
    int shorter = Math.min(image.width(), image.height());
    if (Math.max(image.width(), image.height()) / shorter >= MOST_RATIO) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "image must not be %d times as long as wide, was %s; cut out a part",
              MOST_RATIO,
              image));
    }
    int width = (int) ((long) image.width() * info.resize() / shorter);
    int height = (int) ((long) image.height() * info.resize() / shorter);
    return colored(
        few(image)
            .resize(width, height, info.interpolation())
            .centerCrop(info.width(), info.height()));
  }

  /** Before it is scaled a picture has no more channels than it must: it may be a large one. */
  private Image few(Image image) {
    return info.channels() == 1 ? image.gray() : image;
  }

  private Image colored(Image image) {
    return info.channels() == 1 ? image : image.rgb();
  }

  /**
   * Returns the numbers (c, h, w) that the network takes, all finite.
   *
   * @throws IllegalArgumentException as {@link #fit} does
   */
  public float[] values(Image image) {
    return fit(image).normalize(mean, std);
  }

  /**
   * Returns the numbers (c, h, w) that the network takes, of a picture that has its size already:
   * one that {@link #fit} returned, or a part that was cut out.
   *
   * @throws IllegalArgumentException if the picture has another size, or a value is NaN or infinite
   */
  public float[] normalize(Image fitted) {
    Objects.requireNonNull(fitted, "fitted");
    if (fitted.width() != info.width() || fitted.height() != info.height()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "image is %s, expected %s", fitted, this));
    }
    return colored(few(fitted.requireFinite())).normalize(mean, std);
  }

  /**
   * Writes the numbers that the network takes, channels innermost.
   *
   * @param destination (h, w, c) floats
   * @throws IllegalArgumentException as {@link #fit} does, or if the destination is too small or
   *     read-only
   */
  public void write(Image image, MemorySegment destination) {
    Objects.requireNonNull(destination, "destination");
    fit(image).normalizeChannelsLast(destination, mean, std);
  }

  /** Returns what is expected, for instance {@code 28 x 28 grey}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d x %d %s",
        info.width(),
        info.height(),
        info.channels() == 1 ? "grey" : "RGB");
  }

  private static float[] floats(List<Float> list) {
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i);
    }
    return values;
  }
}
