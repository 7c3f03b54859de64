package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Octave convolution of (n, c, h, w) at two resolutions:
 *
 * <pre>
 * y_h = conv(x_h, w_hh) + up(conv(x_l, w_lh)) + b_h
 * y_l = conv(x_l, w_ll) + conv(pool(x_h), w_hl) + b_l
 * </pre>
 *
 * <p>Inputs x_h, x_l, w_hh, w_hl, w_lh, w_ll, b_h, b_l; what is left out has no such path. Outputs
 * y_h and y_l, either of which may be unwanted. {@code up} repeats each element twice along both
 * axes, the last one once more where that is needed; {@code pool} is the mean of 2x2, an odd row or
 * column left out.
 *
 * @param window the windows of all convolutions, of stride 1
 * @param group groups of channels that don't mix, on each path
 * @param halves whether both inputs are pooled first
 * @param keepsLow whether, where inputs are pooled, x_l is neither pooled nor repeated on its way
 *     to y_h
 * @since 0.1.0
 */
public record OctaveConv(Window window, long group, boolean halves, boolean keepsLow)
    implements Op {
  /** Checks the parameters. */
  public OctaveConv {
    Objects.requireNonNull(window, "window");
    Conv.positive("group", group);
    if (window.strides().stream().anyMatch(stride -> stride != 1) || window.ceil()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "window is %s, expected strides of 1 and full windows", window));
    }
    if (keepsLow && !halves) {
      throw new IllegalArgumentException("keepsLow is set, expected only where inputs are pooled");
    }
  }

  @Override
  public String name() {
    return "OctaveConv";
  }

  @Override
  public Map<String, Object> attributes() {
    return window.attributes("group", group, "halves", halves, "keeps_low", keepsLow);
  }

  @Override
  public Arity arity() {
    return new Arity(0, 8, 2);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    int first = in.has(0) ? 0 : 1;
    in.floating(first);
    for (int i = first + 1; i < 8; i++) {
      in.same(first, i);
    }
    boolean fits =
        (in.has(2) || in.has(3)) == in.has(0)
            && (in.has(4) || in.has(5)) == in.has(1)
            && (!in.has(6) || in.has(2) || in.has(4))
            && (!in.has(7) || in.has(3) || in.has(5));
    if (!fits) {
      throw new IllegalArgumentException("each input needs a path, and each path its input");
    }
    return List.of(in.element(first), in.element(first));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] high = in.has(0) ? pooled(in.dims(0), halves) : null;
    long[] low = in.has(1) ? in.dims(1) : null;
    long[] lowPooled = low == null ? null : pooled(low, halves);
    long[] biasHigh = in.has(6) ? in.dims(6) : null;
    long[] biasLow = in.has(7) ? in.dims(7) : null;
    long[] yHigh = null;
    if (high != null && in.has(2)) {
      yHigh = Conv.dims(window, group, high, in.dims(2), biasHigh);
    }
    if (low != null && lowPooled != null && in.has(4)) {
      long[] part = Conv.dims(window, group, keepsLow ? low : lowPooled, in.dims(4), biasHigh);
      if (!keepsLow) {
        boolean odd = yHigh != null;
        for (int axis = 2; axis < 4; axis++) {
          part[axis] = 2 * part[axis] + (odd && yHigh != null ? yHigh[axis] % 2 : 0);
        }
      }
      yHigh = agree(yHigh, part);
    }
    long[] yLow = null;
    if (lowPooled != null && in.has(5)) {
      yLow = Conv.dims(window, group, lowPooled, in.dims(5), biasLow);
    }
    if (high != null && in.has(3)) {
      yLow = agree(yLow, Conv.dims(window, group, pooled(high, true), in.dims(3), biasLow));
    }
    long[] none = {0};
    return List.of(yHigh == null ? none : yHigh, yLow == null ? none : yLow);
  }

  private static long[] pooled(long[] x, boolean pools) {
    if (x.length != 4) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "an input is %s, expected (n, c, h, w)", Arrays.toString(x)));
    }
    return pools ? new long[] {x[0], x[1], x[2] / 2, x[3] / 2} : x.clone();
  }

  private static long[] agree(long @Nullable [] a, long[] b) {
    if (a != null && !Arrays.equals(a, b)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the paths to one output make %s and %s",
              Arrays.toString(a),
              Arrays.toString(b)));
    }
    return b;
  }
}
