package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.TensorData;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** Resizes axis by axis: each element of a result is a weighted sum of elements along the axis. */
final class Resizing {
  private Resizing() {}

  /** What elements of the result are made of, along one axis. */
  private static final class Taps {
    final int[][] places;
    final double[][] weights;
    final boolean[] outside;

    Taps(Resize op, Resize.Axis axis) {
      int n = Math.toIntExact(axis.output());
      places = new int[n][];
      weights = new double[n][];
      outside = new boolean[n];
      for (int i = 0; i < n; i++) {
        double x = Coordinates.of(op, axis, i);
        outside[i] =
            op.coordinates() == Resize.Coordinates.TF_CROP_AND_RESIZE
                && (x < 0 || x > axis.input() - 1);
        fill(op, axis, i, x);
      }
    }

    private void fill(Resize op, Resize.Axis axis, int i, double x) {
      int base = (int) Math.ceil(x) - 1;
      double ratio = x - base; // above 0, up to 1
      double scale = op.antialias() ? Math.min(axis.scale(), 1) : 1;
      int radius = op.mode() == Resize.Mode.CUBIC ? 2 : 1;
      int start = (int) Math.floor(-radius / scale) + 1;
      int count = op.mode() == Resize.Mode.NEAREST ? 1 : 2 - 2 * start;
      places[i] = new int[count];
      weights[i] = new double[count];
      double sum = 0;
      for (int j = 0; j < count; j++) {
        int at = base + start + j;
        double weight = 1;
        switch (op.mode()) {
          case NEAREST -> at = Coordinates.nearest(op.nearest(), x);
          case LINEAR -> weight = Math.max(0, 1 - Math.abs((start + j - ratio) * scale));
          case CUBIC ->
              weight = cubic(Math.abs((start + j - ratio) * scale), op.cubicCoefficient());
        }
        if (op.excludeOutside() && (at < 0 || at >= axis.input())) {
          weight = 0;
        }
        places[i][j] = Math.toIntExact(Math.clamp(at, 0L, axis.input() - 1));
        weights[i][j] = weight;
        sum += weight;
      }
      for (int j = 0; j < count && sum != 0; j++) {
        weights[i][j] /= sum;
      }
    }
  }

  private static double cubic(double x, double a) {
    if (x <= 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  }

  static TensorData resize(Resize op, Call call) {
    TensorData x = call.in(0);
    long[] dims = x.dims();
    List<Resize.Axis> axes = op.axes(dims, call.optional(1), call.optional(2), call.optional(3));
    long[] result = call.type(0).sizes();
    Taps[] taps = new Taps[axes.size()];
    for (int i = 0; i < taps.length; i++) {
      Resize.Axis axis = axes.get(i);
      boolean same = axis.input() == axis.output() && axis.scale() == 1;
      boolean whole = axis.start() == 0 && axis.end() == 1;
      taps[i] = same && whole ? null : new Taps(op, axis);
    }
    Output y = call.output(0);
    if (op.mode() == Resize.Mode.NEAREST) {
      int[] strides = Index.strides(dims);
      int[][] tables = new int[taps.length][];
      for (int i = 0; i < taps.length; i++) {
        Taps t = taps[i];
        tables[i] = Index.table(result[i], strides[i], j -> t == null ? j : t.places[j][0]);
      }
      MemorySegment source = x.segment();
      Index.of(tables).forEach((at, place) -> y.copy(at, source, place));
    } else {
      double[] values = x.toDoubles();
      long[] shape = dims;
      for (int i = 0; i < taps.length; i++) {
        if (taps[i] != null) {
          values = apply(values, Lanes.of(shape, i), taps[i]);
          shape = shape.clone();
          shape[i] = result[i];
        }
      }
      y.fill(values);
    }
    extrapolate(op, taps, result, y);
    return y.done();
  }

  private static double[] apply(double[] x, Lanes lanes, Taps taps) {
    int n = taps.places.length;
    double[] y = new double[Index.count(lanes.outer(), n, lanes.inner())];
    for (int o = 0; o < lanes.outer(); o++) {
      for (int i = 0; i < n; i++) {
        int to = (o * n + i) * lanes.inner();
        for (int j = 0; j < taps.places[i].length; j++) {
          int from = (o * lanes.length() + taps.places[i][j]) * lanes.inner();
          double weight = taps.weights[i][j];
          for (int k = 0; k < lanes.inner(); k++) {
            y[to + k] += weight * x[from + k];
          }
        }
      }
    }
    return y;
  }

  private static void extrapolate(Resize op, Taps[] taps, long[] dims, Output y) {
    int[][] tables = new int[taps.length][];
    boolean any = false;
    for (int i = 0; i < taps.length; i++) {
      Taps t = taps[i];
      tables[i] = Index.table(dims[i], 0, j -> t != null && t.outside[j] ? -1 : 0);
      any |= Arrays.stream(tables[i]).anyMatch(place -> place < 0);
    }
    if (any) {
      Index.of(tables)
          .forEach(
              (at, place) -> {
                if (place < 0) {
                  y.set(at, (double) op.extrapolation());
                }
              });
    }
  }
}
