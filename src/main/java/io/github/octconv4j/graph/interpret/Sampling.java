package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.DeformConv;
import io.github.octconv4j.graph.GridSample;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.WindowAxis;
import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;

/** What reads images at places between their elements, which are computed. */
final class Sampling {
  private static final double CUBIC = -0.75;

  private Sampling() {}

  static TensorData grid(GridSample op, Call call) {
    TensorData x = call.in(0);
    TensorData grid = call.in(1);
    long[] dims = x.dims();
    int axes = dims.length - 2;
    int taps = taps(op);
    int images = (int) dims[0];
    int channels = (int) dims[1];
    int plane = Index.count(Arrays.copyOfRange(dims, 2, dims.length));
    int places = images == 0 ? 0 : (int) (grid.count() / images / axes);
    double[] values = x.toDoubles();
    Output y = call.output(0);
    Sampler sampler = new Sampler((int) Math.pow(taps, axes));
    int[] indices = new int[taps];
    double[] weights = new double[taps];
    for (int image = 0; image < images; image++) {
      for (int place = 0; place < places; place++) {
        sampler.begin();
        for (int axis = 0; axis < axes; axis++) {
          int size = (int) dims[2 + axis];
          long at = ((long) image * places + place) * axes + axes - 1 - axis; // the last axis first
          taps(op, position(op, grid, at, size), size, indices, weights);
          sampler.axis(size, indices, weights);
        }
        for (int c = 0; c < channels; c++) {
          int of = image * channels + c;
          y.set(of * places + place, sampler.of(values, of * plane));
        }
      }
    }
    return y.done();
  }

  private static int taps(GridSample op) {
    return switch (op.mode()) {
      case NEAREST -> 1;
      case LINEAR -> 2;
      case CUBIC -> 4;
    };
  }

  /** Where a number from -1 to 1 stands along an axis, as exactly as the grid's type has it. */
  private static double position(GridSample op, TensorData grid, long at, int size) {
    double n = grid.doubleAt(at);
    if (grid.element() == ElementType.F64) {
      return op.alignCorners() ? (n + 1) / 2 * (size - 1) : ((n + 1) * size - 1) / 2;
    }
    float f = (float) n;
    return op.alignCorners() ? (f + 1) / 2 * (size - 1) : ((f + 1) * size - 1) / 2;
  }

  private static void taps(
      GridSample op, double position, int size, int[] indices, double[] weights) {
    double least = op.alignCorners() ? 0 : -0.5;
    double most = size - 1 - least;
    double x = op.mode() == GridSample.Mode.NEAREST ? Math.rint(position) : position;
    if (x < least || x > most) {
      x =
          switch (op.padding()) {
            case ZEROS -> x;
            case BORDER -> Math.clamp(x, 0, Math.max(0, size - 1));
            case REFLECTION -> reflected(x, least, most);
          };
    }
    double first = Math.floor(x);
    double t = x - first;
    switch (op.mode()) {
      case NEAREST -> weights[0] = 1;
      case LINEAR -> {
        weights[0] = 1 - t;
        weights[1] = t;
      }
      case CUBIC -> {
        first--;
        weights[0] = far(t + 1);
        weights[1] = near(t);
        weights[2] = near(1 - t);
        weights[3] = far(2 - t);
      }
    }
    for (int i = 0; i < indices.length; i++) {
      indices[i] = index(op.padding(), first + i, size, least, most);
    }
  }

  /** The element that stands at an index, which may be outside; -1 for none. */
  private static int index(
      GridSample.Padding padding, double index, int size, double least, double most) {
    boolean inside = index >= 0 && index < size;
    if (size == 0 || (!inside && padding == GridSample.Padding.ZEROS)) {
      return -1;
    }
    double at =
        inside || padding == GridSample.Padding.BORDER ? index : reflected(index, least, most);
    return (int) Math.min(Math.max(0, (long) at), size - 1L); // 0 for NaN
  }

  /** Mirrored at both ends until it is between them. */
  private static double reflected(double x, double least, double most) {
    double range = most - least;
    if (range <= 0 || (x >= least && x <= most)) {
      return Math.max(least, Math.min(most, x));
    }
    boolean below = x < least;
    double beyond = below ? least - x : x - most;
    double rest = beyond % range;
    boolean even = Math.floor(beyond / range) % 2 == 0;
    return below == even ? least + rest : most - rest;
  }

  private static double near(double x) {
    return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
  }

  private static double far(double x) {
    return ((CUBIC * x - 5 * CUBIC) * x + 8 * CUBIC) * x - 4 * CUBIC;
  }

  static TensorData convolution(DeformConv op, Call call) {
    TensorData w = call.in(1);
    TensorData bias = call.optional(3);
    double[] x = call.in(0).toDoubles();
    long[] dims = call.in(0).dims();
    long[] weights = w.dims();
    List<WindowAxis> axes =
        op.window().axes(Arrays.copyOfRange(dims, 2, 4), Arrays.copyOfRange(weights, 2, 4));
    int channels = (int) dims[1];
    int plane = Index.count(dims[2], dims[3]);
    int kernel = Index.count(weights[2], weights[3]);
    int outputs = Index.count(axes.get(0).output(), axes.get(1).output());
    int made = (int) weights[0];
    int perGroup = (int) weights[1];
    Offsets offsets = new Offsets(axes, call.in(2), call.optional(4), outputs);
    double[] y = new double[call.output(0).count()];
    double[] column = new double[Index.count(channels, outputs)];
    for (int image = 0; image < dims[0]; image++) {
      for (int m = 0; m < made && bias != null; m++) {
        int from = (image * made + m) * outputs;
        Arrays.fill(y, from, from + outputs, bias.doubleAt(m));
      }
      for (int k = 0; k < kernel; k++) {
        for (int c = 0; c < channels; c++) {
          long element =
              ((long) image * op.offsetGroup() + c / (channels / op.offsetGroup())) * kernel + k;
          offsets.read(element, k, x, (image * channels + c) * plane, column, c * outputs);
        }
        for (int m = 0; m < made; m++) {
          int to = (image * made + m) * outputs;
          int first = m / (made / (int) op.group()) * perGroup;
          for (int c = 0; c < perGroup; c++) {
            double weight = w.doubleAt(((long) m * perGroup + c) * kernel + k);
            int from = (first + c) * outputs;
            for (int o = 0; o < outputs; o++) {
              y[to + o] += weight * column[from + o];
            }
          }
        }
      }
    }
    return call.output(0).fill(y).done();
  }
}
