package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;

/**
 * The number of elements of the input.
 *
 * @since 0.1.0
 */
public record Size() implements Op {
  @Override
  public String name() {
    return "Size";
  }

  @Override
  public Arity arity() {
    return Arity.UNARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.element(0);
    return List.of(ElementType.I64);
  }

  @Override
  public List<long[]> dims(Operands in) {
    return List.of(new long[0]);
  }
}
