package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The same values as another type: floats are truncated to integers, integers wrap around, what is
 * not 0 is true.
 *
 * @param to the type
 * @since 0.1.0
 */
public record Cast(ElementType to) implements Op {
  /** Checks the parameters. */
  public Cast {
    Objects.requireNonNull(to, "to");
  }

  @Override
  public String name() {
    return "Cast";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("to", to);
  }

  @Override
  public Arity arity() {
    return Arity.UNARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.element(0);
    return List.of(to);
  }

  @Override
  public List<long[]> dims(Operands in) {
    return List.of(in.dims(0));
  }
}
