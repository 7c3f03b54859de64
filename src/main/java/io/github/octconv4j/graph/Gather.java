package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Map;

/**
 * What stands at indices along an axis: inputs data and indices; the result has the indices' axes
 * in place of that axis.
 *
 * @param axis the axis
 * @since 0.1.0
 */
public record Gather(long axis) implements Op {
  @Override
  public String name() {
    return "Gather";
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
    long[] dims = new long[x.length - 1 + indices.length];
    System.arraycopy(x, 0, dims, 0, at);
    System.arraycopy(indices, 0, dims, at, indices.length);
    System.arraycopy(x, at + 1, dims, at + indices.length, x.length - at - 1);
    return List.of(dims);
  }
}
