package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Map;

/**
 * For each element of the indices what stands there along an axis, at the same place of the others:
 * inputs data and indices.
 *
 * @param axis the axis
 * @since 0.1.0
 */
public record GatherElements(long axis) implements Op {
  @Override
  public String name() {
    return "GatherElements";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("axis", axis);
  }

  @Override
  public Arity arity() {
    return Arity.BINARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.in(1, ElementType.I64, ElementType.I32);
    return List.of(in.element(0));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long[] indices = in.dims(1);
    int at = Shapes.axis(axis, x.length);
    for (int i = 0; i < Math.max(x.length, indices.length); i++) {
      if (indices.length != x.length || (i != at && indices[i] > x[i])) {
        throw new IllegalArgumentException("the indices reach beyond the data");
      }
    }
    return List.of(indices);
  }
}
