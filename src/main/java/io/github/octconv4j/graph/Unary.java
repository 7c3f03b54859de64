package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A function of each element.
 *
 * @param function the function
 * @param alpha its first parameter, 0 where it has none
 * @param beta its second parameter, 0 where it has none
 * @since 0.1.0
 */
public record Unary(UnaryFunction function, float alpha, float beta) implements Op {
  /** Checks the parameters. */
  public Unary {
    Objects.requireNonNull(function, "function");
  }

  /**
   * A function with its default parameters.
   *
   * @param function the function
   * @return the operation
   */
  public static Unary of(UnaryFunction function) {
    Objects.requireNonNull(function, "function");
    return new Unary(function, function.defaultOf(0), function.defaultOf(1));
  }

  @Override
  public String name() {
    return function.onnxName();
  }

  @Override
  public Map<String, Object> attributes() {
    Map<String, Object> attributes = new LinkedHashMap<>();
    List<String> parameters = function.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      float value = i == 0 ? alpha : beta;
      boolean flag = function == UnaryFunction.IS_INF;
      attributes.put(parameters.get(i), flag ? (Object) (long) value : (Object) value);
    }
    if (function == UnaryFunction.GELU_TANH) {
      attributes.put("approximate", "tanh");
    }
    return Collections.unmodifiableMap(attributes);
  }

  @Override
  public Arity arity() {
    return Arity.UNARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    if (function == UnaryFunction.NOT) {
      in.in(0, ElementType.BOOL);
    } else if (function == UnaryFunction.IS_NAN || function == UnaryFunction.IS_INF) {
      return List.of(ElementType.BOOL);
    } else if (!function.takesIntegers()) {
      in.floating(0);
    }
    return List.of(in.element(0));
  }

  @Override
  public List<long[]> dims(Operands in) {
    return List.of(in.dims(0));
  }
}
