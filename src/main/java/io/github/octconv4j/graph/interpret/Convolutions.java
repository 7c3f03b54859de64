package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.Col2Im;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.ConvTranspose;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Window;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Convolutions over any number of axes. */
final class Convolutions {
  private Convolutions() {}

  static TensorData convolution(Conv op, Call call) {
    TensorData w = call.in(1);
    double[] y = convolve(op.window(), op.group(), call.in(0), w, call.optional(2), 0, k -> 0);
    return call.output(0).fill(y).done();
  }

  /** The number that is taken away from the weights of an output channel. */
  interface Zero {
    double of(int channel);
  }

  /** Convolution of x - zero with w - weightZero; padding stays 0. */
  static double[] convolve(
      Window window,
      long group,
      TensorData x,
      TensorData w,
      @Nullable TensorData bias,
      double zero,
      Zero weightZero) {
    long[] dims = x.dims();
    long[] weights = w.dims();
    int rank = dims.length;
    Windows windows =
        new Windows(
            window.axes(Arrays.copyOfRange(dims, 2, rank), Arrays.copyOfRange(weights, 2, rank)));
    int groups = (int) group;
    int cg = (int) weights[1];
    int mg = (int) weights[0] / groups;
    int inputs = windows.inputs();
    int outputs = windows.outputs();
    int kernel = windows.kernel();
    int planes = (int) (dims[0] * groups); // of cg channels each
    double[] y = new double[Index.count(planes, mg, outputs)];
    double[] source = new double[Index.count(cg, inputs)];
    double[] taps = new double[Index.count(cg, kernel)]; // the weights of one output channel
    for (int plane = 0; plane < planes; plane++) {
      int firstChannel = plane % groups * mg;
      for (int i = 0; i < source.length; i++) {
        source[i] = x.doubleAt((long) plane * source.length + i) - zero;
      }
      for (int m = 0; m < mg; m++) {
        int channel = firstChannel + m;
        int to = (plane * mg + m) * outputs;
        if (bias != null) {
          Arrays.fill(y, to, to + outputs, bias.doubleAt(channel));
        }
        double less = weightZero.of(channel);
        for (int i = 0; i < taps.length; i++) {
          taps[i] = w.doubleAt((long) channel * taps.length + i) - less;
        }
        for (int k = 0; k < kernel; k++) {
          int[] rows = windows.rows(k);
          for (int c = 0; c < cg; c++) {
            windows.gather(rows, taps[c * kernel + k], source, c * inputs, y, to);
          }
        }
      }
    }
    return y;
  }

  static TensorData transposed(ConvTranspose op, Call call) {
    TensorData x = call.in(0);
    TensorData w = call.in(1);
    TensorData bias = call.optional(2);
    long[] dims = x.dims();
    long[] weights = w.dims();
    int rank = dims.length;
    Windows windows =
        new Windows(
            op.axes(Arrays.copyOfRange(dims, 2, rank), Arrays.copyOfRange(weights, 2, rank)));
    int groups = (int) op.group();
    int cg = (int) dims[1] / groups;
    int mg = (int) weights[1];
    int made = windows.inputs();
    int read = windows.outputs();
    int kernel = windows.kernel();
    int planes = (int) (dims[0] * groups);
    double[] y = new double[Index.count(planes, mg, made)];
    double[] source = x.toDoubles();
    for (int plane = 0; plane < planes; plane++) {
      int group = plane % groups;
      for (int m = 0; m < mg && bias != null; m++) {
        int from = (plane * mg + m) * made;
        Arrays.fill(y, from, from + made, bias.doubleAt((long) group * mg + m));
      }
      for (int k = 0; k < kernel; k++) {
        int[] rows = windows.rows(k);
        for (int m = 0; m < mg; m++) {
          for (int c = 0; c < cg; c++) {
            double weight = w.doubleAt(((long) (group * cg + c) * mg + m) * kernel + k);
            windows.scatter(
                rows, weight, source, (plane * cg + c) * read, y, (plane * mg + m) * made);
          }
        }
      }
    }
    return call.output(0).fill(y).done();
  }

  /** Images put together of windows, each element of which is a plane. */
  static TensorData image(Col2Im op, Call call) {
    Windows windows = new Windows(op.axes(call.in(1).toLongs(), call.in(2).toLongs()));
    double[] source = call.in(0).toDoubles();
    double[] y = new double[call.output(0).count()];
    int kernel = y.length == 0 ? 0 : windows.kernel(); // without channels it may be any
    int made = windows.inputs();
    int read = windows.outputs();
    int planes = made == 0 ? 0 : y.length / made;
    for (int k = 0; k < kernel; k++) {
      int[] rows = windows.rows(k);
      for (int plane = 0; plane < planes; plane++) {
        windows.scatter(rows, 1, source, (plane * kernel + k) * read, y, plane * made);
      }
    }
    return call.output(0).fill(y).done();
  }
}
