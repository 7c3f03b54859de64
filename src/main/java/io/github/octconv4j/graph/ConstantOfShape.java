package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The same element at all places of the shape that the input says.
 *
 * @param value the element
 * @since 0.1.0
 */
public record ConstantOfShape(TensorData value) implements Op {
  /** Checks the parameters. */
  public ConstantOfShape {
    Objects.requireNonNull(value, "value");
    if (value.count() != 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "value is %s, expected one element", value));
    }
  }

  @Override
  public String name() {
    return "ConstantOfShape";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("value", value);
  }

  @Override
  public Arity arity() {
    return Arity.UNARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.in(0, ElementType.I64);
    return List.of(value.element());
  }

  @Override
  public List<long[]> dims(Operands in) {
    return List.of(in.longs(0));
  }
}
