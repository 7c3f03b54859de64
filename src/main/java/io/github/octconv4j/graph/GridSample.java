package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What stands at places of an image that a second input names: inputs (n, c, sizes...), with one to
 * three sizes, and grid (n, result's sizes..., one number for each axis), which names the last axis
 * first. -1 and 1 are the image's ends.
 *
 * @param mode how elements between others are made
 * @param padding what stands outside of the image
 * @param alignCorners whether the ends are the middles of the outermost elements, else their edges
 * @since 0.1.0
 */
public record GridSample(Mode mode, Padding padding, boolean alignCorners) implements Op {
  /** How elements between others are made. */
  public enum Mode {
    /** The nearest one, of two the even one. */
    NEAREST,
    /** By lines along each axis. */
    LINEAR,
    /** By cubic convolution of coefficient -0.75 along each axis. */
    CUBIC
  }

  /** What stands outside of the image. */
  public enum Padding {
    /** Zeros. */
    ZEROS,
    /** The nearest element. */
    BORDER,
    /** The image mirrored at its ends. */
    REFLECTION
  }

  private static final int MOST_AXES = 3;

  /** Checks the parameters. */
  public GridSample {
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(padding, "padding");
  }

  @Override
  public String name() {
    return "GridSample";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of(
        "mode",
        mode.name().toLowerCase(Locale.ROOT),
        "padding_mode",
        padding.name().toLowerCase(Locale.ROOT),
        "align_corners",
        alignCorners);
  }

  @Override
  public Arity arity() {
    return Arity.BINARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.floating(1);
    return List.of(in.element(0));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long[] grid = in.dims(1);
    int axes = x.length - 2;
    boolean fits = axes >= 1 && axes <= MOST_AXES && grid.length == x.length;
    if (!fits || grid[0] != x[0] || grid[axes + 1] != axes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "input is %s and grid %s, expected (n, c, one to %d sizes) and (n, as many sizes, their number)",
              Arrays.toString(x),
              Arrays.toString(grid),
              MOST_AXES));
    }
    long[] dims = grid.clone(); // the channels stand before the sizes
    System.arraycopy(grid, 1, dims, 2, axes);
    dims[1] = x[1];
    return List.of(dims);
  }
}
