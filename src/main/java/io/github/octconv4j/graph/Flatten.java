package io.github.octconv4j.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A matrix of the same elements: the axes before one are the rows, the others the columns.
 *
 * @param axis the first axis of the columns, up to the number of axes
 * @since 0.1.0
 */
public record Flatten(long axis) implements Op {
  @Override
  public String name() {
    return "Flatten";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("axis", axis);
  }

  @Override
  public Arity arity() {
    return Arity.UNARY;
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    int at = axis == x.length ? x.length : x.length == 0 ? 0 : Shapes.axis(axis, x.length);
    return List.of(
        new long[] {
          Shapes.count(Arrays.copyOf(x, at)), Shapes.count(Arrays.copyOfRange(x, at, x.length))
        });
  }
}
