package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;

/**
 * The values of the first input as the type of the second.
 *
 * @since 0.1.0
 */
public record CastLike() implements Op {
  @Override
  public String name() {
    return "CastLike";
  }

  @Override
  public Arity arity() {
    return Arity.BINARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    return List.of(in.element(1));
  }

  @Override
  public List<long[]> dims(Operands in) {
    return List.of(in.dims(0));
  }
}
