package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Regions of images, each made to one size: inputs images (n, c, h, w), regions (r, 4), which are
 * left, top, right and bottom, and the image of each region (r). Each element of a result is made
 * of samples between the image's elements.
 *
 * @param max whether the largest weighted element of the samples is taken, else their mean
 * @param height rows of the result
 * @param width columns of the result
 * @param samples along each axis of an element of the result; 0 for one for each element of the
 *     image that it covers; at most 1024
 * @param scale from the regions' coordinates to the images'
 * @param halfPixel whether elements of images have their middle at their number and a half, and
 *     regions may be small; else regions are at least 1 by 1
 * @since 0.1.0
 */
public record RoiAlign(
    boolean max, long height, long width, long samples, float scale, boolean halfPixel)
    implements Op {
  private static final int MOST_SAMPLES = 1024;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if a size is below 1, or the number of samples out of range
   */
  public RoiAlign {
    Conv.positive("output_height", height);
    Conv.positive("output_width", width);
    if (samples < 0 || samples > MOST_SAMPLES) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "sampling_ratio is %d, expected 0 to %d", samples, MOST_SAMPLES));
    }
  }

  @Override
  public String name() {
    return "RoiAlign";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of(
        "mode",
        max ? "max" : "avg",
        "output_height",
        height,
        "output_width",
        width,
        "sampling_ratio",
        samples,
        "spatial_scale",
        scale,
        "coordinate_transformation_mode",
        halfPixel ? "half_pixel" : "output_half_pixel");
  }

  @Override
  public Arity arity() {
    return new Arity(3, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.in(2, ElementType.I64);
    in.floating(0);
    return List.of(in.same(0, 1));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long[] regions = in.dims(1);
    long[] images = in.dims(2);
    boolean fits = x.length == 4 && regions.length == 2 && images.length == 1;
    if (!fits || regions[1] != 4 || images[0] != regions[0]) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "inputs are %s, %s and %s, expected images (n, c, h, w), regions (r, 4) and their images (r)",
              Arrays.toString(x),
              Arrays.toString(regions),
              Arrays.toString(images)));
    }
    return List.of(new long[] {regions[0], x[1], height, width});
  }
}
