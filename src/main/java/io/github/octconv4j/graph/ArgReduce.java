package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where along an axis the largest or smallest element is.
 *
 * @param largest the largest, else the smallest
 * @param axis the axis
 * @param keepsDims whether the axis stays, with size 1
 * @param last the last of equal ones, else the first
 * @since 0.1.0
 */
public record ArgReduce(boolean largest, long axis, boolean keepsDims, boolean last) implements Op {
  @Override
  public String name() {
    return largest ? "ArgMax" : "ArgMin";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("axis", axis, "keepdims", keepsDims, "select_last_index", last);
  }

  @Override
  public Arity arity() {
    return Arity.UNARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    return List.of(ElementType.I64);
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    int at = Shapes.axis(axis, x.length);
    if (x[at] == 0) {
      throw new IllegalArgumentException(String.format(Locale.ROOT, "axis %d is empty", at));
    }
    return List.of(keepsDims ? Replace.size(x, at, 1) : Replace.without(x, at));
  }
}
