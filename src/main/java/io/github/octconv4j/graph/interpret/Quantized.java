package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.QuantizedConv;
import io.github.octconv4j.graph.QuantizedMatMul;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Integers that stand for floats. */
final class Quantized {
  private Quantized() {}

  /** Rounds to the nearest integer that the type has, of two to the even one. */
  static double limit(double value, ElementType element) {
    double rounded = Math.rint(value);
    return switch (element) {
      case U8 -> Math.clamp(rounded, 0.0, 255.0);
      case I8 -> Math.clamp(rounded, -128.0, 127.0);
      case U16 -> Math.clamp(rounded, 0.0, 65535.0);
      case I16 -> Math.clamp(rounded, -32768.0, 32767.0);
      default -> rounded;
    };
  }

  /** For each element of x where its scale stands. */
  private static int[] places(long[] dims, long[] scale, long axis, long block) {
    int[] strides = Index.strides(scale);
    int at = dims.length == 0 ? 0 : Index.axis(axis, dims.length);
    int[][] tables = new int[dims.length][];
    boolean scalar = Index.count(scale) == 1;
    for (int i = 0; i < dims.length; i++) {
      boolean own = i == at && !scalar;
      int size = block == 0 ? 1 : (int) block;
      if (block == 0 || scalar) {
        tables[i] = Index.table(dims[i], own ? 1 : 0, j -> j);
      } else {
        tables[i] = Index.table(dims[i], strides[i], j -> own ? j / size : j);
      }
    }
    return Index.of(tables).toArray();
  }

  static TensorData quantize(QuantizeLinear op, Call call) {
    TensorData x = call.in(0);
    TensorData scale = call.in(1);
    TensorData zero = call.optional(2);
    Output y = call.output(0);
    int[] at = places(x.dims(), scale.dims(), op.axis(), op.block());
    for (int i = 0; i < y.count(); i++) {
      double value = Math.rint((float) (x.doubleAt(i) / scale.doubleAt(at[i])));
      y.set(i, limit(value + (zero == null ? 0 : zero.doubleAt(at[i])), y.element()));
    }
    return y.done();
  }

  static TensorData dequantize(DequantizeLinear op, Call call) {
    TensorData x = call.in(0);
    TensorData scale = call.in(1);
    TensorData zero = call.optional(2);
    Output y = call.output(0);
    int[] at = places(x.dims(), scale.dims(), op.axis(), op.block());
    for (int i = 0; i < y.count(); i++) {
      double less = zero == null ? 0 : zero.doubleAt(at[i]);
      y.set(i, (x.doubleAt(i) - less) * scale.doubleAt(at[i]));
    }
    return y.done();
  }

  static List<TensorData> dynamic(Call call) {
    TensorData x = call.in(0);
    double least = 0;
    double most = 0;
    for (int i = 0; i < x.count(); i++) {
      least = Math.min(least, x.doubleAt(i));
      most = Math.max(most, x.doubleAt(i));
    }
    float scale = (float) ((most - least) / 255);
    double zero = scale == 0 ? 0 : limit(-least / scale, ElementType.U8);
    Output y = call.output(0);
    for (int i = 0; i < y.count(); i++) {
      double value = scale == 0 ? 0 : Math.rint((float) (x.doubleAt(i) / scale));
      y.set(i, limit(value + zero, ElementType.U8));
    }
    Output zeroPoint = new Output(ElementType.U8);
    zeroPoint.set(0, zero);
    return List.of(y.done(), TensorData.of(new float[] {scale}), zeroPoint.done());
  }

  private static double at(@Nullable TensorData data, int index, double otherwise) {
    if (data == null) {
      return otherwise;
    }
    return data.doubleAt(data.count() == 1 ? 0 : index);
  }

  static TensorData convolution(QuantizedConv op, Call call) {
    boolean scaled = op.scaled();
    TensorData weightZero = call.optional(scaled ? 5 : 3);
    double[] sums =
        Convolutions.convolve(
            op.window(),
            op.group(),
            call.in(0),
            call.in(scaled ? 3 : 1),
            scaled ? call.optional(8) : null,
            at(call.optional(2), 0, 0),
            channel -> at(weightZero, channel, 0));
    Output y = call.output(0);
    Lanes channels = Lanes.of(call.type(0).sizes(), 1);
    if (scaled) {
      for (int i = 0; i < sums.length; i++) {
        int channel = i / channels.inner() % channels.length();
        sums[i] = rescaled(call, sums[i], at(call.optional(4), channel, 1), y.element());
      }
    }
    return y.fill(sums).done();
  }

  /** A sum of products in the result's scale: inputs 1, 6 and 7 say those of the others. */
  private static double rescaled(Call call, double sum, double weightScale, ElementType element) {
    double factor = call.in(1).doubleAt(0) * weightScale / call.in(6).doubleAt(0);
    return limit(Math.rint(sum * factor) + call.in(7).doubleAt(0), element);
  }

  static TensorData product(QuantizedMatMul op, Call call) {
    boolean scaled = op.scaled();
    TensorData b = call.in(scaled ? 3 : 1);
    long[] dims = call.in(0).dims();
    double[] left = call.in(0).toDoubles();
    TensorData zeroA = call.optional(2);
    TensorData zeroB = call.optional(scaled ? 5 : 3);
    Lanes rows = Lanes.of(dims, Math.max(0, dims.length - 2));
    for (int i = 0; i < left.length; i++) {
      left[i] -= at(zeroA, dims.length < 2 ? 0 : i / rows.inner() % rows.length(), 0);
    }
    int columns = (int) (b.dims().length == 1 ? 1 : b.dims()[b.dims().length - 1]);
    Output right = new Output(ElementType.F64, b.dims());
    for (int i = 0; i < right.count(); i++) {
      right.set(i, b.doubleAt(i) - at(zeroB, i % columns, 0));
    }
    double[] sums = Matrices.product(left, dims, right.done(), call.type(0).sizes());
    Output y = call.output(0);
    for (int i = 0; i < sums.length && scaled; i++) {
      sums[i] = rescaled(call, sums[i], at(call.optional(4), i % columns, 1), y.element());
    }
    return y.fill(sums).done();
  }
}
