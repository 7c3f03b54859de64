package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Locale;

/**
 * The first input, not below the second and not above the third, both optional scalars. The third
 * wins.
 *
 * @since 0.1.0
 */
public record Clip() implements Op {
  @Override
  public String name() {
    return "Clip";
  }

  @Override
  public Arity arity() {
    return new Arity(1, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    return List.of(in.same(0, 1, 2));
  }

  @Override
  public List<long[]> dims(Operands in) {
    for (int i = 1; i < in.count(); i++) {
      if (in.has(i) && Shapes.count(in.dims(i)) != 1) {
        throw new IllegalArgumentException(String.format(Locale.ROOT, "input %d is no scalar", i));
      }
    }
    return List.of(in.dims(0));
  }
}
