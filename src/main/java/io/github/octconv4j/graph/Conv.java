package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Convolution: input (n, c, sizes...), weights (m, c / group, window...), optional bias (m).
 *
 * @param window the windows
 * @param group groups of channels that don't mix
 * @since 0.1.0
 */
public record Conv(Window window, long group) implements Op {
  /** Checks the parameters. */
  public Conv {
    Objects.requireNonNull(window, "window");
    positive("group", group);
    if (window.ceil()) {
      throw new IllegalArgumentException("ceil is set, expected windows that are full");
    }
  }

  static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is %d, expected at least 1", name, value));
    }
  }

  @Override
  public String name() {
    return "Conv";
  }

  @Override
  public Map<String, Object> attributes() {
    return window.attributes("group", group);
  }

  @Override
  public Arity arity() {
    return new Arity(2, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.floating(0);
    return List.of(in.same(0, 1, 2));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] bias = in.has(2) ? in.dims(2) : null;
    return List.of(dims(window, group, in.dims(0), in.dims(1), bias));
  }

  static long[] dims(Window window, long group, long[] x, long[] w, long @Nullable [] bias) {
    long[] spatial = Window.spatial(x);
    if (w.length != x.length || w[0] % group != 0 || Shapes.times(w[1], group) != x[1]) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "weights are %s, expected (m, %d / %d groups, window of %d axes), and m divisible by %d",
              Arrays.toString(w),
              x[1],
              group,
              spatial.length,
              group));
    }
    if (bias != null && !Arrays.equals(bias, new long[] {w[0]})) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "bias is %s, expected [%d]", Arrays.toString(bias), w[0]));
    }
    return Window.shape(x[0], w[0], window.axes(spatial, Window.spatial(w)));
  }
}
