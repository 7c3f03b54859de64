package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Map;

/**
 * Integers as floats: {@code (x - zero) scale}. Inputs x, scale and an optional zero point:
 * scalars, a value for each element of an axis, or one for each block.
 *
 * @param axis the axis
 * @param block elements of a block along the axis; 0 for none
 * @since 0.1.0
 */
public record DequantizeLinear(long axis, long block) implements Op {
  @Override
  public String name() {
    return "DequantizeLinear";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("axis", axis, "block_size", block);
  }

  @Override
  public Arity arity() {
    return new Arity(2, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.in(0, ElementType.I8, ElementType.U8, ElementType.I16, ElementType.U16, ElementType.I32);
    in.same(0, 2);
    return List.of(in.floating(1));
  }

  @Override
  public List<long[]> dims(Operands in) {
    QuantizeLinear.check(in.dims(0), in.dims(1), in.has(2) ? in.dims(2) : null, axis, block);
    return List.of(in.dims(0));
  }
}
