package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A function of elements at the same place of its inputs, whose dimensions of 1 are repeated.
 *
 * @param function the function
 * @since 0.1.0
 */
public record Binary(BinaryFunction function) implements Op {
  /** Checks the parameters. */
  public Binary {
    Objects.requireNonNull(function, "function");
  }

  @Override
  public String name() {
    return function.onnxName();
  }

  @Override
  public Map<String, Object> attributes() {
    return function == BinaryFunction.FMOD ? Attributes.of("fmod", 1L) : Map.of();
  }

  @Override
  public Arity arity() {
    return function.isVariadic() ? new Arity(1, Arity.ANY, 1) : Arity.BINARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    if (function != BinaryFunction.POW) {
      for (int i = 1; i < in.count(); i++) {
        in.same(0, i);
      }
    }
    return List.of(function.isPredicate() ? ElementType.BOOL : in.element(0));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] dims = in.dims(0);
    for (int i = 1; i < in.count(); i++) {
      dims = Shapes.broadcast(dims, in.dims(i));
    }
    if (function == BinaryFunction.PRELU && !Arrays.equals(dims, in.dims(0))) {
      throw new IllegalArgumentException("the slope can't be broadcast to the input");
    }
    return List.of(dims);
  }
}
