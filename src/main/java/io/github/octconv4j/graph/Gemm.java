package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code alpha a b + beta c} of two matrices, either one transposed, and an optional c that is
 * repeated to the result's shape.
 *
 * @param alpha factor of the product
 * @param beta factor of c
 * @param transposeA whether a is (k, m) instead of (m, k)
 * @param transposeB whether b is (n, k) instead of (k, n)
 * @since 0.1.0
 */
public record Gemm(float alpha, float beta, boolean transposeA, boolean transposeB) implements Op {
  @Override
  public String name() {
    return "Gemm";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("alpha", alpha, "beta", beta, "transA", transposeA, "transB", transposeB);
  }

  @Override
  public Arity arity() {
    return new Arity(2, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    return List.of(in.same(0, 1, 2));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] a = in.dims(0);
    long[] b = in.dims(1);
    if (a.length != 2 || b.length != 2 || a[transposeA ? 0 : 1] != b[transposeB ? 1 : 0]) {
      throw new IllegalArgumentException("expected matrices with a common inner dimension");
    }
    long[] dims = {a[transposeA ? 1 : 0], b[transposeB ? 0 : 1]};
    if (in.has(2) && !Arrays.equals(Shapes.broadcast(dims, in.dims(2)), dims)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "c can't be broadcast to %s", Arrays.toString(dims)));
    }
    return List.of(dims);
  }
}
