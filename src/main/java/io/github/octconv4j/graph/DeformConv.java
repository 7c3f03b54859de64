package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Convolution whose elements of a window stand where offsets say, between the image's elements,
 * with zeros outside: inputs x (n, c, h, w), weights (m, c / group, kh, kw), offsets (n,
 * offsetGroup * kh * kw * 2, oh, ow), each down and right, optional bias (m), and optional factors
 * (n, offsetGroup * kh * kw, oh, ow).
 *
 * @param window the windows
 * @param group groups of channels that don't mix
 * @param offsetGroup groups of input channels that share offsets
 * @since 0.1.0
 */
public record DeformConv(Window window, long group, long offsetGroup) implements Op {
  /** Checks the parameters. */
  public DeformConv {
    Objects.requireNonNull(window, "window");
    Conv.positive("group", group);
    Conv.positive("offset_group", offsetGroup);
    if (window.ceil() || window.autoPad() != AutoPad.NOTSET) {
      throw new IllegalArgumentException(
          "the window is padded or cut by itself, expected pads and windows that are full");
    }
  }

  @Override
  public String name() {
    return "DeformConv";
  }

  @Override
  public Map<String, Object> attributes() {
    return window.attributes("group", group, "offset_group", offsetGroup);
  }

  @Override
  public Arity arity() {
    return new Arity(3, 5, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.floating(0);
    return List.of(in.same(0, 1, 2, 3, 4));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long[] w = in.dims(1);
    if (x.length != 4 || x[1] % offsetGroup != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "input is %s, expected (n, c, h, w) with c divisible by %d groups of offsets",
              Arrays.toString(x),
              offsetGroup));
    }
    long[] y = Conv.dims(window, group, x, w, in.has(3) ? in.dims(3) : null);
    long elements = Shapes.times(offsetGroup, Shapes.times(w[2], w[3]));
    in.dims(2, "offsets are", x[0], Shapes.times(elements, 2), y[2], y[3]);
    in.dims(4, "factors are", x[0], elements, y[2], y[3]);
    return List.of(y);
  }
}
