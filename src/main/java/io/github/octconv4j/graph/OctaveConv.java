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
 * y_h = f(conv(x_h, w_hh) + up(conv(x_l, w_lh)) + b_h + s_h)
 * y_l = f(conv(x_l, w_ll) + conv(pool(x_h), w_hl) + b_l + s_l)
 * </pre>
 *
 * <p>Inputs x_h, x_l, w_hh, w_hl, w_lh, w_ll, b_h, b_l, s_h, s_l; what is left out has no such path
 * or summand. Outputs y_h and y_l, either of which may be unwanted. Weights are (m, c / groups, kh,
 * kw): how many groups of channels don't mix on a path follows from them and the channels of its
 * input. {@code up} repeats each element twice along both axes, and cuts or repeats the last one to
 * the size of what it is added to; {@code pool} is the mean of 2x2.
 *
 * <p>With x_h, w_hh and y_h alone it is a plain convolution, whose window may then move by any
 * stride.
 *
 * @param window the windows of all convolutions; of stride 1 where there are low values
 * @param halves whether both inputs are pooled first
 * @param keepsLow whether, where inputs are pooled, x_l is neither pooled nor repeated on its way
 *     to y_h
 * @param ceil whether an odd row or column makes one of the low values, the mean of what there is;
 *     else it is left out
 * @param function f
 * @since 0.1.0
 */
public record OctaveConv(
    Window window, boolean halves, boolean keepsLow, boolean ceil, OutputFunction function)
    implements Op {
  /** The input of the summand of y_h; that of y_l is the next. */
  public static final int SUMMANDS = 8;

  /** Checks the parameters. */
  public OctaveConv {
    Objects.requireNonNull(window, "window");
    Objects.requireNonNull(function, "function");
    if (window.ceil()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "window is %s, expected full windows", window));
    }
    if (halves && window.strides().stream().anyMatch(stride -> stride != 1)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "window is %s, expected strides of 1 where inputs are pooled", window));
    }
    if (keepsLow && !halves) {
      throw new IllegalArgumentException("keepsLow is set, expected only where inputs are pooled");
    }
  }

  /**
   * A convolution that pools no input first and leaves odd rows and columns out.
   *
   * @param window the windows of all convolutions
   * @return the operation
   */
  public static OctaveConv of(Window window) {
    return new OctaveConv(window, false, false, false, OutputFunction.NONE);
  }

  /**
   * The same with another function.
   *
   * @param other what is applied to the outputs
   * @return the operation
   */
  public OctaveConv function(OutputFunction other) {
    return new OctaveConv(window, halves, keepsLow, ceil, other);
  }

  @Override
  public String name() {
    return "OctaveConv";
  }

  @Override
  public Map<String, Object> attributes() {
    return window.attributes(
        "halves", halves, "keeps_low", keepsLow, "ceil", ceil, "function", function.name());
  }

  @Override
  public Arity arity() {
    return new Arity(0, 10, 2);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    int first = in.has(0) ? 0 : 1;
    in.floating(first);
    for (int i = first + 1; i < 10; i++) {
      in.same(first, i);
    }
    boolean high = in.has(2) || in.has(4);
    boolean low = in.has(3) || in.has(5);
    boolean fits =
        (in.has(2) || in.has(3)) == in.has(0)
            && (in.has(4) || in.has(5)) == in.has(1)
            && (!(in.has(6) || in.has(8)) || high)
            && (!(in.has(7) || in.has(9)) || low);
    if (!fits) {
      throw new IllegalArgumentException("each input needs a path, and each path its input");
    }
    if ((low || in.has(1)) && window.strides().stream().anyMatch(stride -> stride != 1)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "window is %s, expected strides of 1 with low values", window));
    }
    return List.of(in.element(first), in.element(first));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] high = in.has(0) ? pooled(in.dims(0), halves) : null;
    long[] low = in.has(1) ? in.dims(1) : null;
    boolean readsPooled = in.has(5) || !keepsLow;
    long[] lowPooled = low == null || !readsPooled ? null : pooled(low, halves);
    long[] biasHigh = in.has(6) ? in.dims(6) : null;
    long[] biasLow = in.has(7) ? in.dims(7) : null;
    long[] yHigh = null;
    if (high != null && in.has(2)) {
      yHigh = convolved(high, in.dims(2), biasHigh);
    }
    long[] toHigh = keepsLow ? low : lowPooled;
    if (toHigh != null && in.has(4)) {
      long[] part = convolved(toHigh, in.dims(4), biasHigh);
      if (!keepsLow) {
        for (int axis = 2; axis < 4; axis++) {
          long odd = yHigh == null ? 0 : yHigh[axis] % 2;
          part[axis] = 2 * part[axis] + (ceil ? -odd : odd);
        }
      }
      yHigh = agree(yHigh, part);
    }
    long[] yLow = null;
    if (lowPooled != null && in.has(5)) {
      yLow = convolved(lowPooled, in.dims(5), biasLow);
    }
    if (high != null && in.has(3)) {
      yLow = agree(yLow, convolved(pooled(high, true), in.dims(3), biasLow));
    }
    if (in.has(8)) {
      agree(yHigh, in.dims(8));
    }
    if (in.has(9)) {
      agree(yLow, in.dims(9));
    }
    long[] none = {0};
    return List.of(yHigh == null ? none : yHigh, yLow == null ? none : yLow);
  }

  /**
   * How many groups of channels don't mix on a path.
   *
   * @param x dimensions of its input, (n, c, ...)
   * @param w dimensions of its weights, (m, c / groups, ...)
   * @return the groups, at least 1
   */
  public static long groups(long[] x, long[] w) {
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(w, "w");
    return x.length < 2 || w.length < 2 || w[1] < 1 ? 1 : Math.max(1, x[1] / w[1]);
  }

  /**
   * The mean of 2x2 that makes low values.
   *
   * @param x dimensions of what is pooled, (n, c, h, w)
   * @return the operation
   */
  public Pool pool(long[] x) {
    Window two = Window.of(2, 2).strides(2, 2);
    boolean odd = ceil && x.length == 4 && (x[2] % 2 == 1 || x[3] % 2 == 1);
    return Pool.of(PoolKind.AVERAGE, odd ? two.pads(0, 0, x[2] % 2, x[3] % 2) : two);
  }

  private long[] convolved(long[] x, long[] w, long @Nullable [] bias) {
    return Conv.dims(window, groups(x, w), x, w, bias);
  }

  private long[] pooled(long[] x, boolean pools) {
    if (x.length != 4) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "an input is %s, expected (n, c, h, w)", Arrays.toString(x)));
    }
    if (!pools) {
      return x.clone();
    }
    int odd = ceil ? 1 : 0;
    long[] y = {x[0], x[1], (x[2] + odd) / 2, (x[3] + odd) / 2};
    if (y[2] < 1 || y[3] < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the mean of 2x2 leaves nothing of %s, expected two rows and columns or more",
              Arrays.toString(x)));
    }
    return y;
  }

  private static long[] agree(long @Nullable [] a, long[] b) {
    if (a != null && !Arrays.equals(a, b)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "what is added up for one output has the sizes %s and %s",
              Arrays.toString(a),
              Arrays.toString(b)));
    }
    return b;
  }
}
