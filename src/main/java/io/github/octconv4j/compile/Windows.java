package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.graph.WindowAxis;
import java.util.List;
import java.util.function.ToLongFunction;

/** The windows of graphs as oneDNN counts them. */
final class Windows {
  private Windows() {}

  /** Whether oneDNN's windows can say it: it does not cut away the beginning of an input. */
  static boolean fit(List<WindowAxis> axes) {
    return axes.size() <= 3
        && axes.stream()
            .allMatch(
                axis ->
                    axis.begin() >= 0
                        && axis.begin() <= Integer.MAX_VALUE
                        && Math.abs(after(axis)) <= Integer.MAX_VALUE
                        && axis.stride() <= Integer.MAX_VALUE
                        && axis.dilation() <= Integer.MAX_VALUE);
  }

  /** How far a window reaches from its first element to its last. */
  static long reach(WindowAxis axis) {
    return (axis.kernel() - 1) * axis.dilation();
  }

  /** Padding behind the input as far as windows reach; negative where they end before its end. */
  static long after(WindowAxis axis) {
    return (axis.output() - 1) * axis.stride() + reach(axis) + 1 - axis.input() - axis.begin();
  }

  static Window of(List<WindowAxis> axes) {
    return Window.of(all(axes, WindowAxis::kernel))
        .strides(all(axes, WindowAxis::stride))
        .dilations(all(axes, axis -> axis.dilation() - 1))
        .padding(all(axes, WindowAxis::begin), all(axes, Windows::after));
  }

  private static long[] all(List<WindowAxis> axes, ToLongFunction<WindowAxis> number) {
    return axes.stream().mapToLong(number).toArray();
  }
}
