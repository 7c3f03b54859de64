package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.BatchNormalization;
import io.github.octconv4j.graph.GroupNormalization;
import io.github.octconv4j.graph.LayerNormalization;
import io.github.octconv4j.graph.Lrn;
import io.github.octconv4j.graph.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What takes means and deviations away. */
final class Normalizations {
  private Normalizations() {}

  static List<TensorData> batch(BatchNormalization op, Call call) {
    TensorData x = call.in(0);
    Output y = call.output(0);
    Lanes channels = Lanes.of(x.dims(), 1);
    double[] mean = call.in(3).toDoubles();
    double[] variance = call.in(4).toDoubles();
    List<TensorData> running = new ArrayList<>();
    if (op.training()) {
      double[] oldMean = mean.clone();
      double[] oldVariance = variance.clone();
      statistics(x, channels, mean, variance);
      for (int i = 1; i < call.outputs(); i++) {
        double[] old = i == 1 ? oldMean : oldVariance;
        double[] now = i == 1 ? mean : variance;
        Output out = call.output(i);
        for (int c = 0; c < old.length; c++) {
          out.set(c, old[c] * op.momentum() + now[c] * (1 - (double) op.momentum()));
        }
        running.add(out.done());
      }
    }
    for (int i = 0; i < y.count(); i++) {
      int c = i / channels.inner() % channels.length();
      double scale = call.in(1).doubleAt(c) / Math.sqrt(variance[c] + op.epsilon());
      y.set(i, (x.doubleAt(i) - mean[c]) * scale + call.in(2).doubleAt(c));
    }
    running.addFirst(y.done());
    return running;
  }

  private static void statistics(TensorData x, Lanes channels, double[] mean, double[] variance) {
    double count = (double) channels.outer() * channels.inner();
    Arrays.fill(mean, 0);
    Arrays.fill(variance, 0);
    for (int i = 0; i < x.count(); i++) {
      mean[i / channels.inner() % channels.length()] += x.doubleAt(i) / count;
    }
    for (int i = 0; i < x.count(); i++) {
      int c = i / channels.inner() % channels.length();
      double d = x.doubleAt(i) - mean[c];
      variance[c] += d * d / count;
    }
  }

  static TensorData group(GroupNormalization op, Call call) {
    TensorData x = call.in(0);
    Output y = call.output(0);
    long[] dims = x.dims();
    int channels = (int) dims[1];
    int groups = op.groups() == 0 ? channels : (int) op.groups();
    int size = groups == 0 ? 0 : y.count() / (int) Math.max(1, dims[0] * groups);
    int inner = channels == 0 ? 1 : Math.max(1, size * groups / channels);
    for (int first = 0; first < y.count(); first += size) {
      double[] moments = moments(x, first, size, op.epsilon());
      for (int i = first; i < first + size; i++) {
        int c = i / inner % channels;
        double normal = (x.doubleAt(i) - moments[0]) * moments[1];
        y.set(i, normal * call.in(1).doubleAt(c) + call.in(2).doubleAt(c));
      }
    }
    return y.done();
  }

  /** Mean and inverse deviation. */
  private static double[] moments(TensorData x, int first, int count, double epsilon) {
    double mean = 0;
    for (int i = first; i < first + count; i++) {
      mean += x.doubleAt(i) / count;
    }
    double variance = 0;
    for (int i = first; i < first + count; i++) {
      double d = x.doubleAt(i) - mean;
      variance += d * d / count;
    }
    return new double[] {mean, 1 / Math.sqrt(variance + epsilon)};
  }

  static List<TensorData> layer(LayerNormalization op, Call call) {
    TensorData x = call.in(0);
    long[] dims = x.dims();
    Output y = call.output(0);
    int rows = Lanes.of(dims, op.axis()).outer();
    int size = rows == 0 ? 0 : y.count() / rows;
    int[] scale = Index.broadcast(call.in(1).dims(), dims).toArray();
    TensorData bias = call.optional(2);
    int[] shift = bias == null ? scale : Index.broadcast(bias.dims(), dims).toArray();
    double[] means = new double[rows];
    double[] deviations = new double[rows];
    for (int r = 0; r < rows; r++) {
      double[] moments = moments(x, r * size, size, op.epsilon());
      means[r] = moments[0];
      deviations[r] = moments[1];
      for (int i = r * size; i < (r + 1) * size; i++) {
        double normal = (x.doubleAt(i) - means[r]) * deviations[r];
        y.set(
            i,
            normal * call.in(1).doubleAt(scale[i]) + (bias == null ? 0 : bias.doubleAt(shift[i])));
      }
    }
    List<TensorData> all = new ArrayList<>(List.of(y.done()));
    for (int i = 1; i < call.outputs(); i++) {
      all.add(call.output(i).fill(i == 1 ? means : deviations).done());
    }
    return all;
  }

  static TensorData local(Lrn op, Call call) {
    TensorData x = call.in(0);
    Output y = call.output(0);
    Lanes channels = Lanes.of(x.dims(), 1);
    int before = (int) ((op.size() - 1) / 2);
    int behind = (int) (op.size() - 1 - before);
    channels.forEach(
        (lane, first) -> {
          for (int c = 0; c < channels.length(); c++) {
            double squares = 0;
            int last = Math.min(channels.length() - 1, c + behind);
            for (int d = Math.max(0, c - before); d <= last; d++) {
              double value = x.doubleAt(first + d * channels.inner());
              squares += value * value;
            }
            int at = first + c * channels.inner();
            double base = op.bias() + op.alpha() / op.size() * squares;
            y.set(at, x.doubleAt(at) / Math.pow(base, op.beta()));
          }
        });
    return y.done();
  }
}
