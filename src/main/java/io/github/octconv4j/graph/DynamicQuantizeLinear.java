package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;

/**
 * Floats as {@link ElementType#U8}, with a scale and a zero point that fit the largest and
 * smallest: outputs values, scale, zero point.
 *
 * @since 0.1.0
 */
public record DynamicQuantizeLinear() implements Op {
  @Override
  public String name() {
    return "DynamicQuantizeLinear";
  }

  @Override
  public Arity arity() {
    return new Arity(1, 1, 3);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.in(0, ElementType.F32);
    return List.of(ElementType.U8, ElementType.F32, ElementType.U8);
  }

  @Override
  public List<long[]> dims(Operands in) {
    return List.of(in.dims(0), new long[0], new long[0]);
  }
}
