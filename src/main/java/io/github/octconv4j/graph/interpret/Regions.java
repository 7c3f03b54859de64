package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.RoiAlign;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/** Regions of images at one size. */
final class Regions {
  private Regions() {}

  /** What one element of a result takes of one axis. */
  private static final class Taps {
    int[] places = new int[8];
    double[] weights = new double[8];
    int count;
    long samples; // those outside of the image included
    boolean outside;

    /**
     * Samples of a range.
     *
     * @param start where it begins
     * @param length of the range
     * @param given how many samples; 0 for one each element
     * @param size elements of the image's axis
     */
    Taps(double start, double length, long given, int size) {
      samples = given > 0 ? given : Math.max(0, (long) Math.ceil(length));
      double step = length / samples;
      long from = 0;
      long to = samples;
      if (given == 0) { // a long one may be mostly outside
        from = Math.clamp((long) (Math.ceil((-1 - start) / step - 0.5) - 1), 0, samples);
        to = Math.clamp((long) (Math.floor((size - start) / step - 0.5) + 2), from, samples);
      }
      outside = from > 0 || to < samples;
      for (long i = from; i < to; i++) {
        add(start + (i + 0.5) * step, size);
      }
    }

    private void add(double at, int size) {
      if (!(at >= -1 && at <= size) || size == 0) {
        outside = true;
        return;
      }
      double x = Math.max(0, at);
      int low = (int) Math.min(x, size - 1.0);
      int high = Math.min(low + 1, size - 1);
      double rest = high == low ? 0 : x - low;
      if (count + 2 > places.length) {
        places = Arrays.copyOf(places, 2 * count);
        weights = Arrays.copyOf(weights, 2 * count);
      }
      places[count] = low;
      weights[count++] = 1 - rest;
      places[count] = high;
      weights[count++] = rest;
    }
  }

  static TensorData align(RoiAlign op, Call call) {
    double[] x = call.in(0).toDoubles();
    long[] dims = call.in(0).dims();
    TensorData regions = call.in(1);
    TensorData images = call.in(2);
    int channels = (int) dims[1];
    int height = (int) dims[2];
    int width = (int) dims[3];
    Output y = call.output(0);
    int next = 0;
    for (long r = 0; r < images.count() && y.count() > 0; r++) {
      Taps[] rows = taps(op, op.height(), height, regions, 4 * r + 1);
      Taps[] columns = taps(op, op.width(), width, regions, 4 * r);
      long image = images.longAt(r);
      if (image < 0 || image >= dims[0]) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "region %d is of image %d, expected 0 to %d", r, image, dims[0] - 1));
      }
      for (int c = 0; c < channels; c++) {
        int plane = ((int) image * channels + c) * height * width;
        for (Taps row : rows) {
          for (Taps column : columns) {
            y.set(next++, value(op, row, column, x, plane, width));
          }
        }
      }
    }
    return y.done();
  }

  /** Those of one axis, whose bounds are where the region's type has them. */
  private static Taps[] taps(RoiAlign op, long outputs, int size, TensorData regions, long at) {
    boolean exact = regions.element() == ElementType.F64;
    DoubleUnaryOperator nearest = value -> exact ? value : (float) value;
    double shift = op.halfPixel() ? 0.5 : 0;
    double start = bound(op, regions.doubleAt(at), shift, nearest);
    double end = bound(op, regions.doubleAt(at + 2), shift, nearest);
    double length = nearest.applyAsDouble(end - start);
    length = op.halfPixel() ? length : Math.max(length, 1);
    Taps[] taps = new Taps[(int) outputs];
    double part = nearest.applyAsDouble(length / taps.length);
    for (int i = 0; i < taps.length; i++) {
      taps[i] = new Taps(start + i * part, part, op.samples(), size);
    }
    return taps;
  }

  private static double bound(
      RoiAlign op, double coordinate, double shift, DoubleUnaryOperator nearest) {
    return nearest.applyAsDouble(nearest.applyAsDouble(coordinate * op.scale()) - shift);
  }

  private static double value(
      RoiAlign op, Taps rows, Taps columns, double[] x, int plane, int width) {
    boolean none = rows.count == 0 || columns.count == 0;
    boolean outside = none || rows.outside || columns.outside; // a sample there is 0
    double result = op.max() && !outside ? Double.NEGATIVE_INFINITY : 0;
    for (int i = 0; i < rows.count; i++) {
      for (int j = 0; j < columns.count; j++) {
        double value =
            rows.weights[i]
                * columns.weights[j]
                * x[plane + rows.places[i] * width + columns.places[j]];
        result = op.max() ? Math.max(result, value) : result + value;
      }
    }
    return op.max() ? result : result / Math.max(1.0, (double) rows.samples * columns.samples);
  }
}
