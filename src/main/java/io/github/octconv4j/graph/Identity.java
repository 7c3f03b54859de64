package io.github.octconv4j.graph;

import java.util.List;

/**
 * The input itself.
 *
 * @since 0.1.0
 */
public record Identity() implements Op {
  @Override
  public String name() {
    return "Identity";
  }

  @Override
  public Arity arity() {
    return Arity.UNARY;
  }

  @Override
  public List<long[]> dims(Operands in) {
    return List.of(in.dims(0));
  }
}
