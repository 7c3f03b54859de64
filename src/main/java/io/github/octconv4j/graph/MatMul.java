package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Product of matrices, in stacks of them whose dimensions of 1 are repeated.
 *
 * @since 0.1.0
 */
public record MatMul() implements Op {
  @Override
  public String name() {
    return "MatMul";
  }

  @Override
  public Arity arity() {
    return Arity.BINARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    return List.of(in.same(0, 1));
  }

  @Override
  public List<long[]> dims(Operands in) {
    return List.of(dims(in.dims(0), in.dims(1)));
  }

  static long[] dims(long[] a, long[] b) {
    if (a.length == 0 || b.length == 0) {
      throw new IllegalArgumentException("a scalar is no matrix");
    }
    long inner = a[a.length - 1];
    if (inner != b[Math.max(0, b.length - 2)]) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s and %s have no common inner dimension",
              Arrays.toString(a),
              Arrays.toString(b)));
    }
    long[] stack =
        Shapes.broadcast(
            Arrays.copyOf(a, Math.max(0, a.length - 2)),
            Arrays.copyOf(b, Math.max(0, b.length - 2)));
    int rows = a.length > 1 ? 1 : 0;
    int columns = b.length > 1 ? 1 : 0;
    long[] dims = Arrays.copyOf(stack, stack.length + rows + columns);
    if (rows == 1) {
      dims[stack.length] = a[a.length - 2];
    }
    if (columns == 1) {
      dims[dims.length - 1] = b[b.length - 1];
    }
    return dims;
  }
}
