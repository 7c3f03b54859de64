package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.WindowAxis;
import java.util.Arrays;
import java.util.List;

/** Pools over any number of axes. */
final class Pools {
  private Pools() {}

  static List<TensorData> pool(Pool op, Call call) {
    TensorData x = call.in(0);
    long[] dims = x.dims();
    long[] kernel = op.window().kernel().stream().mapToLong(Long::longValue).toArray();
    List<WindowAxis> axes = op.window().axes(Arrays.copyOfRange(dims, 2, dims.length), kernel);
    Windows windows = new Windows(axes);
    int inputs = windows.inputs();
    int outputs = windows.outputs();
    int planes = Index.count(dims[0], dims[1]);
    boolean max = op.kind() == PoolKind.MAX;
    double[] y = new double[Index.count(planes, outputs)];
    int[] places = new int[max ? y.length : 0];
    Arrays.fill(y, max ? Double.NEGATIVE_INFINITY : 0);
    int step = windows.step();
    for (int k = 0; k < windows.kernel(); k++) {
      int[] rows = windows.rows(k);
      for (int plane = 0; plane < planes; plane++) {
        for (int r = 0; r < rows.length; r += 3) {
          for (int j = 0; j < rows[r + 2]; j++) {
            int at = rows[r + 1] + j * step;
            int o = plane * outputs + rows[r] + j;
            double value = x.doubleAt((long) plane * inputs + at);
            switch (op.kind()) {
              case MAX -> {
                if (value > y[o]) {
                  y[o] = value;
                  places[o] = at;
                }
              }
              case AVERAGE -> y[o] += value;
              case LP -> y[o] += Math.pow(Math.abs(value), (double) op.p());
            }
          }
        }
      }
    }
    if (op.kind() == PoolKind.AVERAGE) {
      double[] counts = counts(axes, op.countsPadding());
      for (int i = 0; i < y.length; i++) {
        y[i] /= counts[i % outputs];
      }
    } else if (op.kind() == PoolKind.LP) {
      for (int i = 0; i < y.length; i++) {
        y[i] = Math.pow(y[i], 1.0 / op.p());
      }
    }
    TensorData values = call.output(0).fill(y).done();
    return call.outputs() < 2
        ? List.of(values)
        : List.of(values, places(op, call, axes, places, inputs));
  }

  /** How many elements each window has, in the input or in the padding as well. */
  private static double[] counts(List<WindowAxis> axes, boolean padding) {
    double[] counts = {1};
    for (WindowAxis axis : axes) {
      double[] more = new double[Index.count(counts.length, axis.output())];
      long from = padding ? -axis.begin() : 0;
      long to = axis.input() + (padding ? axis.end() : 0);
      for (int i = 0; i < more.length; i++) {
        int o = (int) (i % axis.output());
        int inside = 0;
        for (int k = 0; k < axis.kernel(); k++) {
          long at = o * axis.stride() - axis.begin() + k * axis.dilation();
          inside += at >= from && at < to ? 1 : 0;
        }
        more[i] = counts[(int) (i / axis.output())] * inside;
      }
      counts = more;
    }
    return counts;
  }

  private static TensorData places(
      Pool op, Call call, List<WindowAxis> axes, int[] places, int inputs) {
    Output y = call.output(1);
    int perPlane = y.count() == 0 ? 1 : new Windows(axes).outputs();
    for (int i = 0; i < places.length; i++) {
      long at = places[i];
      if (op.columnMajor()) {
        long rest = at;
        at = 0;
        for (int axis = axes.size() - 1; axis >= 0; axis--) {
          long size = axes.get(axis).input();
          long stride = 1;
          for (int before = 0; before < axis; before++) {
            stride *= axes.get(before).input();
          }
          at += rest % size * stride;
          rest /= size;
        }
      }
      y.set(i, (long) (i / perPlane) * inputs + at);
    }
    return y.done();
  }

  static TensorData global(GlobalPool op, Call call) {
    TensorData x = call.in(0);
    Output y = call.output(0);
    long count = y.count() == 0 ? 0 : x.count() / y.count();
    for (int i = 0; i < y.count(); i++) {
      double result = op.kind() == PoolKind.MAX ? Double.NEGATIVE_INFINITY : 0;
      for (long j = 0; j < count; j++) {
        double value = x.doubleAt(i * count + j);
        result =
            switch (op.kind()) {
              case MAX -> Math.max(result, value);
              case AVERAGE -> result + value;
              case LP -> result + Math.pow(Math.abs(value), (double) op.p());
            };
      }
      y.set(
          i,
          switch (op.kind()) {
            case MAX -> result;
            case AVERAGE -> result / count;
            case LP -> Math.pow(result, 1.0 / op.p());
          });
    }
    return y.done();
  }
}
