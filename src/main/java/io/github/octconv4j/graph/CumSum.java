package io.github.octconv4j.graph;

import java.util.List;
import java.util.Map;

/**
 * Sums of all elements up to each one along an axis, which the second input says.
 *
 * @param exclusive whether an element itself is left out
 * @param reverse whether sums run from the end
 * @since 0.1.0
 */
public record CumSum(boolean exclusive, boolean reverse) implements Op {
  @Override
  public String name() {
    return "CumSum";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("exclusive", exclusive, "reverse", reverse);
  }

  @Override
  public Arity arity() {
    return Arity.BINARY;
  }

  @Override
  public List<long[]> dims(Operands in) {
    in.number(1);
    return List.of(in.dims(0));
  }
}
