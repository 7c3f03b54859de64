package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Where;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What is done to each element by itself. */
final class Elementwise {
  private Elementwise() {}

  static TensorData unary(Unary op, Call call) {
    TensorData x = call.in(0);
    Output y = call.output(0);
    UnaryFunction f = op.function();
    double a = op.alpha();
    double b = op.beta();
    if (x.element().isInteger()) {
      for (int i = 0; i < y.count(); i++) {
        long value = x.longAt(i);
        switch (f) {
          case ABS -> y.set(i, Math.abs(value));
          case NEG -> y.set(i, -value);
          case SIGN -> y.set(i, (long) Long.signum(value));
          case RELU -> y.set(i, Math.max(0, value));
          default -> y.set(i, f.apply((double) value, a, b));
        }
      }
    } else {
      for (int i = 0; i < y.count(); i++) {
        y.set(i, f.apply(x.doubleAt(i), a, b));
      }
    }
    return y.done();
  }

  static TensorData binary(Binary op, Call call) {
    TensorData result = call.in(0);
    long[] dims = call.type(0).sizes();
    if (call.count() == 1) {
      return result;
    }
    BinaryFunction f = op.function();
    boolean wide = call.in(0).element() == ElementType.F64 || f != BinaryFunction.MEAN;
    for (int n = 1; n < call.count(); n++) {
      boolean last = n == call.count() - 1;
      long[] part = last ? dims : union(result.dims(), call.in(n).dims());
      ElementType element =
          last ? call.type(0).element() : wide ? result.element() : ElementType.F64;
      int factor = last && f == BinaryFunction.MEAN ? call.count() : 1;
      result = binary(f, result, call.in(n), new Output(element, part), part, factor);
    }
    return result;
  }

  private static long[] union(long[] a, long[] b) {
    long[] dims = a.length > b.length ? a.clone() : b.clone();
    for (int i = 1; i <= Math.min(a.length, b.length); i++) {
      long x = a[a.length - i];
      dims[dims.length - i] = x == 1 ? b[b.length - i] : x;
    }
    return dims;
  }

  private static TensorData binary(
      BinaryFunction f, TensorData a, TensorData b, Output y, long[] dims, int divisor) {
    int[] ia = places(a, dims);
    int[] ib = places(b, dims);
    boolean integers = !isFloating(a.element()) && !isFloating(b.element());
    for (int i = 0; i < y.count(); i++) {
      int p = ia == null ? i : ia[i];
      int q = ib == null ? i : ib[i];
      if (integers) {
        y.set(i, f.apply(a.longAt(p), b.longAt(q)) / divisor);
      } else {
        y.set(i, f.apply(a.doubleAt(p), b.doubleAt(q)) / divisor);
      }
    }
    return y.done();
  }

  static boolean isFloating(ElementType element) {
    return !element.isInteger() && element != ElementType.BOOL;
  }

  /** Where the elements of a result stand; null where they stand at their own place. */
  private static int @Nullable [] places(TensorData data, long[] dims) {
    return Arrays.equals(data.dims(), dims) ? null : Index.broadcast(data.dims(), dims).toArray();
  }

  static TensorData where(Where op, Call call) {
    long[] dims = call.type(0).sizes();
    Output y = call.output(0);
    int[][] at = new int[3][];
    for (int n = 0; n < 3; n++) {
      at[n] = Index.broadcast(call.in(n).dims(), dims).toArray();
    }
    MemorySegment yes = call.in(1).segment();
    MemorySegment no = call.in(2).segment();
    for (int i = 0; i < y.count(); i++) {
      boolean first = call.in(0).longAt(at[0][i]) != 0;
      y.copy(i, first ? yes : no, first ? at[1][i] : at[2][i]);
    }
    return y.done();
  }

  static TensorData clip(Clip op, Call call) {
    TensorData x = call.in(0);
    TensorData least = call.optional(1);
    TensorData most = call.optional(2);
    Output y = call.output(0);
    if (isFloating(x.element())) {
      double min = least == null ? Double.NEGATIVE_INFINITY : least.doubleAt(0);
      double max = most == null ? Double.POSITIVE_INFINITY : most.doubleAt(0);
      for (int i = 0; i < y.count(); i++) {
        y.set(i, Math.min(max, Math.max(min, x.doubleAt(i))));
      }
    } else {
      long min = least == null ? Long.MIN_VALUE : least.longAt(0);
      long max = most == null ? Long.MAX_VALUE : most.longAt(0);
      for (int i = 0; i < y.count(); i++) {
        y.set(i, Math.min(max, Math.max(min, x.longAt(i))));
      }
    }
    return y.done();
  }

  static TensorData cast(Call call) {
    TensorData x = call.in(0);
    Output y = call.output(0);
    if (x.element() == y.element()) {
      return x;
    }
    boolean exact = !isFloating(x.element()) && !isFloating(y.element());
    for (int i = 0; i < y.count(); i++) {
      if (exact) {
        y.set(i, x.longAt(i));
      } else {
        y.set(i, x.doubleAt(i));
      }
    }
    return y.done();
  }
}
