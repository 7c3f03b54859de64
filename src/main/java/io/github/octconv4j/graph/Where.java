package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;

/**
 * The second input where the first is true, else the third; dimensions of 1 are repeated.
 *
 * @since 0.1.0
 */
public record Where() implements Op {
  @Override
  public String name() {
    return "Where";
  }

  @Override
  public Arity arity() {
    return new Arity(3, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.in(0, ElementType.BOOL);
    return List.of(in.same(1, 2));
  }

  @Override
  public List<long[]> dims(Operands in) {
    return List.of(Shapes.broadcast(in.dims(0), Shapes.broadcast(in.dims(1), in.dims(2))));
  }
}
