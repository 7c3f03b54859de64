package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Map;

/**
 * One value at the places that indices name along a new axis, another one elsewhere: inputs
 * indices, how long the axis is, and the two values, that of elsewhere first.
 *
 * @param axis where the new axis stands
 * @since 0.1.0
 */
public record OneHot(long axis) implements Op {
  @Override
  public String name() {
    return "OneHot";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("axis", axis);
  }

  @Override
  public Arity arity() {
    return new Arity(3, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    return List.of(in.element(2));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] indices = in.dims(0);
    if (in.constant(1).count() != 1 || Shapes.count(in.dims(2)) != 2) {
      throw new IllegalArgumentException("expected one depth and two values");
    }
    long depth = in.constant(1).longAt(0);
    return List.of(Replace.with(indices, Shapes.axis(axis, indices.length + 1), depth));
  }
}
