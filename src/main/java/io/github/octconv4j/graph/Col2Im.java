package io.github.octconv4j.graph;

import io.github.octconv4j.text.Checks;
import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Images of the windows that were taken of them, added where they overlap: inputs windows (n, c *
 * elements of a window, number of windows), sizes of the image, and sizes of a window. Lists have
 * an entry for each axis; empty ones stand for the default.
 *
 * @param dilations from one element of the window to the next; 1 by default
 * @param pads padding that the image had at the beginning of each axis, then at the end of each; 0
 *     by default
 * @param strides from one window to the next; 1 by default
 * @since 0.1.0
 */
public record Col2Im(List<Long> dilations, List<Long> pads, List<Long> strides) implements Op {
  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if strides or dilations are not positive, lists have different
   *     lengths, or numbers exceed 2^31
   */
  public Col2Im {
    dilations = Checks.list("dilations", dilations);
    pads = Checks.list("pads", pads);
    strides = Checks.list("strides", strides);
    window(dilations, pads, strides); // checks them
  }

  private static Window window(List<Long> dilations, List<Long> pads, List<Long> strides) {
    return new Window(AutoPad.NOTSET, List.of(), strides, dilations, pads, false);
  }

  @Override
  public String name() {
    return "Col2Im";
  }

  @Override
  public Map<String, Object> attributes() {
    return window(dilations, pads, strides).attributes();
  }

  @Override
  public Arity arity() {
    return new Arity(3, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.in(1, ElementType.I64);
    in.in(2, ElementType.I64);
    return List.of(in.element(0));
  }

  /**
   * The windows along each axis of an image.
   *
   * @param image sizes of the image
   * @param block sizes of a window
   * @return the axes
   * @throws IllegalArgumentException if the numbers of axes differ, or a window does not fit
   */
  public List<WindowAxis> axes(long[] image, long[] block) {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(block, "block");
    return window(dilations, pads, strides).axes(image, block);
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long[] image = in.longs(1);
    long[] block = in.longs(2);
    if (image.length == 0 || block.length != image.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the image is %s and a window %s, expected sizes of as many axes, at least one",
              Arrays.toString(image),
              Arrays.toString(block)));
    }
    long windows = 1;
    for (WindowAxis axis : axes(image, block)) {
      windows = Shapes.times(windows, axis.output());
    }
    long elements = Shapes.count(block);
    if (x.length != 3 || x[1] % elements != 0 || x[2] != windows) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "input is %s, expected (n, c * %d elements, %d windows)",
              Arrays.toString(x),
              elements,
              windows));
    }
    return List.of(Window.shape(x[0], x[1] / elements, image));
  }
}
