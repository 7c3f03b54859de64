package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Softmax and its relatives along one axis.
 *
 * @param kind what is made
 * @param axis the axis
 * @since 0.1.0
 */
public record Softmax(SoftmaxKind kind, long axis) implements Op {
  /** Checks the parameters. */
  public Softmax {
    Objects.requireNonNull(kind, "kind");
  }

  @Override
  public String name() {
    return kind.onnxName;
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
  public List<ElementType> elements(Operands in) {
    return List.of(in.floating(0));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    Shapes.axis(axis, Math.max(1, x.length));
    return List.of(x);
  }
}
