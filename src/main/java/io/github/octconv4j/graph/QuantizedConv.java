package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Convolution of integers.
 *
 * <p>Without scales it is ONNX's {@code ConvInteger}: x, w, and their optional zero points; the
 * result is {@link ElementType#I32}. With scales it is {@code QLinearConv}: x, its scale and zero
 * point, w, its scale and zero point, scale and zero point of the result, and an optional bias.
 *
 * @param window the windows
 * @param group groups of channels that don't mix
 * @param scaled whether there are scales
 * @since 0.1.0
 */
public record QuantizedConv(Window window, long group, boolean scaled) implements Op {
  /** Checks the parameters. */
  public QuantizedConv {
    Objects.requireNonNull(window, "window");
    Conv.positive("group", group);
  }

  @Override
  public String name() {
    return scaled ? "QLinearConv" : "ConvInteger";
  }

  @Override
  public Map<String, Object> attributes() {
    return window.attributes("group", group);
  }

  @Override
  public Arity arity() {
    return scaled ? new Arity(8, 9, 1) : new Arity(2, 4, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.in(0, ElementType.I8, ElementType.U8);
    in.in(scaled ? 3 : 1, ElementType.I8, ElementType.U8);
    return List.of(scaled ? in.in(7, ElementType.I8, ElementType.U8) : ElementType.I32);
  }

  @Override
  public List<long[]> dims(Operands in) {
    if (scaled) {
      for (int operand : new int[] {1, 2, 6, 7}) {
        in.number(operand);
      }
    }
    long[] bias = scaled && in.has(8) ? in.dims(8) : null;
    return List.of(Conv.dims(window, group, in.dims(0), in.dims(scaled ? 3 : 1), bias));
  }
}
