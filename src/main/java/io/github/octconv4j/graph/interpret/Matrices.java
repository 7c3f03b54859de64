package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.TensorData;
import java.util.Arrays;

/** Products of matrices; the second one is read a row at a time, however large it is. */
final class Matrices {
  private Matrices() {}

  /**
   * Adds the product of a (m, k) and b, which is (k, n), or (n, k) if it is transposed, to y (m,
   * n).
   */
  private static void add(
      double[] a, int m, int k, TensorData b, long first, boolean transposed, double[] y, int to) {
    int n = m == 0 ? 0 : (y.length - to) / m;
    add(a, m, k, n, b, first, transposed, y, to);
  }

  private static void add(
      double[] a,
      int m,
      int k,
      int n,
      TensorData b,
      long first,
      boolean transposed,
      double[] y,
      int to) {
    double[] row = new double[transposed ? k : n];
    for (int r = 0; r < (transposed ? n : k); r++) {
      for (int j = 0; j < row.length; j++) {
        row[j] = b.doubleAt(first + (long) r * row.length + j);
      }
      for (int i = 0; i < m; i++) {
        if (transposed) {
          double sum = 0;
          for (int j = 0; j < k; j++) {
            sum += a[i * k + j] * row[j];
          }
          y[to + i * n + r] += sum;
        } else {
          double factor = a[i * k + r];
          for (int j = 0; j < n; j++) {
            y[to + i * n + j] += factor * row[j];
          }
        }
      }
    }
  }

  static TensorData gemm(Gemm op, Call call) {
    TensorData c = call.optional(2);
    long[] dims = call.type(0).sizes();
    int m = (int) dims[0];
    int n = (int) dims[1];
    TensorData a = call.in(0);
    int k = m == 0 ? 0 : (int) (a.count() / m);
    double[] left = op.transposeA() ? transposed(a.toDoubles(), k, m) : a.toDoubles();
    double[] y = new double[Index.count(m, n)];
    add(left, m, k, call.in(1), 0, op.transposeB(), y, 0);
    int[] at = c == null ? new int[0] : Index.broadcast(c.dims(), dims).toArray();
    for (int i = 0; i < y.length; i++) {
      y[i] = op.alpha() * y[i] + (c == null ? 0 : op.beta() * c.doubleAt(at[i]));
    }
    return call.output(0).fill(y).done();
  }

  private static double[] transposed(double[] a, int rows, int columns) {
    double[] t = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      t[i % columns * rows + i / columns] = a[i];
    }
    return t;
  }

  static TensorData product(Call call) {
    TensorData a = call.in(0);
    double[] y = product(a.toDoubles(), a.dims(), call.in(1), call.type(0).sizes());
    return call.output(0).fill(y).done();
  }

  static double[] product(double[] a, long[] dims, TensorData b, long[] result) {
    long[] left = dims.length == 1 ? new long[] {1, dims[0]} : dims;
    long[] right = b.dims().length == 1 ? new long[] {b.dims()[0], 1} : b.dims();
    int m = (int) left[left.length - 2];
    int k = (int) left[left.length - 1];
    int n = (int) right[right.length - 1];
    int missing = (dims.length == 1 ? 1 : 0) + (b.dims().length == 1 ? 1 : 0);
    long[] stack = Arrays.copyOf(result, result.length - 2 + missing);
    double[] y = new double[Index.count(Index.count(stack), m, n)];
    int[] ia = Index.broadcast(Arrays.copyOf(left, left.length - 2), stack).toArray();
    int[] ib = Index.broadcast(Arrays.copyOf(right, right.length - 2), stack).toArray();
    for (int i = 0; i < ia.length; i++) {
      double[] part = Arrays.copyOfRange(a, ia[i] * m * k, (ia[i] + 1) * m * k);
      add(part, m, k, n, b, (long) ib[i] * k * n, false, y, i * m * n);
    }
    return y;
  }
}
