package io.github.octconv4j.graph;

import java.util.List;

/**
 * The input with dimensions of 1 repeated, to the shape that it has together with the second input.
 *
 * @since 0.1.0
 */
public record Expand() implements Op {
  @Override
  public String name() {
    return "Expand";
  }

  @Override
  public Arity arity() {
    return Arity.BINARY;
  }

  @Override
  public List<long[]> dims(Operands in) {
    return List.of(Shapes.broadcast(in.dims(0), in.longs(1)));
  }
}
