package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The first elements along an axis in order, and where they were; the second input says how many.
 *
 * @param axis the axis
 * @param largest largest first, else smallest
 * @param sorted whether the order matters; they are sorted anyway
 * @since 0.1.0
 */
public record TopK(long axis, boolean largest, boolean sorted) implements Op {
  @Override
  public String name() {
    return "TopK";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("axis", axis, "largest", largest, "sorted", sorted);
  }

  @Override
  public Arity arity() {
    return new Arity(2, 2, 2);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    return List.of(in.element(0), ElementType.I64);
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    int at = Shapes.axis(axis, x.length);
    long[] k = in.longs(1);
    if (k.length != 1 || k[0] < 0 || k[0] > x[at]) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "k is %s, expected 0 to %d", Arrays.toString(k), x[at]));
    }
    long[] dims = Replace.size(x, at, k[0]);
    return List.of(dims, dims);
  }
}
