package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;

/**
 * The places of elements that are not 0: a row for each axis. How many there are depends on the
 * elements.
 *
 * @since 0.1.0
 */
public record NonZero() implements Op {
  @Override
  public String name() {
    return "NonZero";
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
    TensorData x = in.constant(0);
    long count = 0;
    for (long i = 0; i < x.count(); i++) {
      count += x.doubleAt(i) != 0 ? 1 : 0;
    }
    return List.of(new long[] {x.dims().length, count});
  }
}
