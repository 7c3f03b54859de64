package io.github.octconv4j.nn;

import io.github.octconv4j.image.Interpolation;
import io.github.octconv4j.text.Checks;
import io.github.octconv4j.text.Printable;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What a network expects and gives.
 *
 * @param name its name
 * @param channels of the input image
 * @param height of the input image
 * @param width of the input image
 * @param resize the shorter side of a picture is scaled to this many pixels, at most 16,384, before
 *     the middle is cut out; 0 where a picture is stretched to the input's size
 * @param interpolation how it is scaled to that; of no meaning where it is stretched
 * @param mean subtracted from each channel of an image whose values are 0 to 1
 * @param std what the difference is divided by
 * @param labels of the classes, in the order of the output
 * @since 0.1.0
 */
public record NetworkInfo(
    String name,
    int channels,
    int height,
    int width,
    int resize,
    Interpolation interpolation,
    List<Float> mean,
    List<Float> std,
    List<String> labels) {
  /** Mean of ImageNet's red, green and blue. */
  public static final List<Float> IMAGENET_MEAN = List.of(.485f, .456f, .406f);

  /** Standard deviation of ImageNet's red, green and blue. */
  public static final List<Float> IMAGENET_STD = List.of(.229f, .224f, .225f);

  private static final int MOST_RESIZE = 16_384;

  /**
   * The same with {@link Interpolation#BILINEAR}, which torchvision's ResNets and MobileNets use.
   */
  public NetworkInfo(
      String name,
      int channels,
      int height,
      int width,
      int resize,
      List<Float> mean,
      List<Float> std,
      List<String> labels) {
    this(name, channels, height, width, resize, Interpolation.BILINEAR, mean, std, labels);
  }

  /** Checks the sizes and copies the lists. */
  public NetworkInfo {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(interpolation, "interpolation");
    mean = Checks.list("mean", mean);
    std = Checks.list("std", std);
    labels = Checks.list("labels", labels);
    if (!LayerShapes.isImage(channels, height, width)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "network %s: the input must be at least 1x1x1 and have at most %d values, was %dx%dx%d",
              Printable.text(name),
              Integer.MAX_VALUE,
              channels,
              height,
              width));
    }
    if (resize != 0 && (resize < Math.max(height, width) || resize > MOST_RESIZE)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "network %s: resize must be 0, or at least as large as the input of %dx%d and at most %d, was %d",
              Printable.text(name),
              height,
              width,
              MOST_RESIZE,
              resize));
    }
    if (mean.size() != channels || std.size() != channels) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "network %s: mean and std must have %d values, were %s and %s",
              Printable.text(name),
              channels,
              Printable.text(mean),
              Printable.text(std)));
    }
  }
}
