package io.github.octconv4j.graph;

import io.github.octconv4j.text.Checks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The input with more or fewer elements along its axes: inputs data, region of interest, and either
 * scales or sizes.
 *
 * @param mode how elements between others are made
 * @param coordinates where an element of the result lies in the input
 * @param nearest which one is the nearest of two
 * @param cubicCoefficient the coefficient a of cubic interpolation
 * @param antialias whether all elements count that a smaller result covers
 * @param excludeOutside whether the weights of elements outside are given to the others
 * @param extrapolation what stands outside of the region of interest
 * @param axes the axes that scales and sizes are for; empty for all
 * @param aspect what sizes mean
 * @since 0.1.0
 */
public record Resize(
    Mode mode,
    Coordinates coordinates,
    Nearest nearest,
    float cubicCoefficient,
    boolean antialias,
    boolean excludeOutside,
    float extrapolation,
    List<Long> axes,
    Aspect aspect)
    implements Op {
  /** How elements between others are made. */
  public enum Mode {
    /** The nearest element. */
    NEAREST,
    /** On a line between two. */
    LINEAR,
    /** On a cubic curve of four. */
    CUBIC
  }

  /** Where an element of the result lies in the input. */
  public enum Coordinates {
    /** Pixels are areas, and areas lie on each other. */
    HALF_PIXEL,
    /** As HALF_PIXEL, around the middle also where the size was rounded. */
    HALF_PIXEL_SYMMETRIC,
    /** As HALF_PIXEL, but a single element is the first. */
    PYTORCH_HALF_PIXEL,
    /** The middles of the first and last elements lie on each other. */
    ALIGN_CORNERS,
    /** The beginnings lie on each other. */
    ASYMMETRIC,
    /** In the region of interest. */
    TF_CROP_AND_RESIZE
  }

  /** Which one is the nearest of two. */
  public enum Nearest {
    /** The nearest, of two the lower. */
    ROUND_PREFER_FLOOR,
    /** The nearest, of two the upper. */
    ROUND_PREFER_CEIL,
    /** The lower. */
    FLOOR,
    /** The upper. */
    CEIL
  }

  /** What sizes mean. */
  public enum Aspect {
    /** The sizes of the result. */
    STRETCH,
    /** What the result must not exceed; all axes are scaled alike. */
    NOT_LARGER,
    /** What the result must reach; all axes are scaled alike. */
    NOT_SMALLER
  }

  /**
   * An axis.
   *
   * @param input its size
   * @param output the size of the result
   * @param scale factor of the coordinates
   * @param start where the region of interest begins, as a share of the input
   * @param end where it ends
   */
  public record Axis(long input, long output, double scale, double start, double end) {}

  /** Checks the parameters. */
  public Resize {
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(coordinates, "coordinates");
    Objects.requireNonNull(nearest, "nearest");
    Objects.requireNonNull(aspect, "aspect");
    axes = Checks.list("axes", axes);
  }

  /**
   * A resize with the other parameters' defaults.
   *
   * @param mode how elements between others are made
   * @param coordinates where an element of the result lies in the input
   * @param nearest which one is the nearest of two
   * @return the operation
   */
  public static Resize of(Mode mode, Coordinates coordinates, Nearest nearest) {
    return new Resize(
        mode, coordinates, nearest, -0.75f, false, false, 0, List.of(), Aspect.STRETCH);
  }

  @Override
  public String name() {
    return "Resize";
  }

  @Override
  public Map<String, Object> attributes() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("mode", text(mode));
    all.put("coordinate_transformation_mode", text(coordinates));
    all.put("nearest_mode", text(nearest));
    all.put("cubic_coeff_a", cubicCoefficient);
    all.put("antialias", antialias ? 1L : 0L);
    all.put("exclude_outside", excludeOutside ? 1L : 0L);
    all.put("extrapolation_value", extrapolation);
    if (!axes.isEmpty()) {
      all.put("axes", axes);
    }
    all.put("keep_aspect_ratio_policy", text(aspect));
    return Collections.unmodifiableMap(all);
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Arity arity() {
    return new Arity(1, 4, 1);
  }

  @Override
  public List<long[]> dims(Operands in) {
    List<Axis> all =
        axes(
            in.dims(0),
            in.has(1) ? in.constant(1) : null,
            in.has(2) ? in.constant(2) : null,
            in.has(3) ? in.constant(3) : null);
    return List.of(all.stream().mapToLong(Axis::output).toArray());
  }

  /**
   * What happens along each axis.
   *
   * @param dims dimensions of the input
   * @param roi the region of interest: where it begins along each axis, then where it ends; or null
   * @param scales a factor for each axis; null or empty if there are sizes
   * @param sizes sizes of the result; null or empty if there are scales
   * @return an axis for each dimension
   * @throws IllegalArgumentException if the lists don't fit the axes, there are neither scales nor
   *     sizes, or a scale is not positive
   */
  public List<Axis> axes(
      long[] dims,
      @Nullable TensorData roi,
      @Nullable TensorData scales,
      @Nullable TensorData sizes) {
    int[] at =
        axes.isEmpty()
            ? IntStream.range(0, dims.length).toArray()
            : Shapes.axes(Shapes.toArray(axes), dims.length);
    boolean scaled = scales != null && scales.count() > 0;
    TensorData given = scaled ? scales : sizes;
    boolean cropped = coordinates == Coordinates.TF_CROP_AND_RESIZE;
    if (given == null
        || given.count() != at.length
        || (cropped && (roi == null || roi.count() != 2L * at.length))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "scales are %s, sizes %s and the region %s, expected one of the first two for %d axes",
              scales,
              sizes,
              roi,
              at.length));
    }
    List<Axis> all = new ArrayList<>();
    for (long dim : dims) {
      all.add(new Axis(dim, dim, 1, 0, 1));
    }
    double common = scaled ? 0 : commonScale(dims, at, given);
    for (int i = 0; i < at.length; i++) {
      long input = dims[at[i]];
      double scale = given.doubleAt(i);
      long output = (long) Math.floor((float) (input * scale));
      if (!scaled) {
        scale = aspect == Aspect.STRETCH ? given.doubleAt(i) / input : common;
        output =
            aspect == Aspect.STRETCH ? given.longAt(i) : (long) Math.floor(common * input + 0.5);
      }
      boolean valid = scale > 0 && scale < Float.MAX_VALUE && input > 0 && output >= 0;
      if (!valid) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "axis %d of size %d can't be resized by %s", at[i], input, given));
      }
      all.set(
          at[i],
          new Axis(
              input,
              output,
              scale,
              cropped && roi != null ? roi.doubleAt(i) : 0,
              cropped && roi != null ? roi.doubleAt(i + at.length) : 1));
    }
    return all;
  }

  private double commonScale(long[] dims, int[] at, TensorData sizes) {
    double common = Double.NaN;
    for (int i = 0; i < at.length; i++) {
      double scale = sizes.doubleAt(i) / dims[at[i]];
      boolean better = aspect == Aspect.NOT_LARGER ? scale < common : scale > common;
      common = i == 0 || better ? scale : common;
    }
    return common;
  }
}
