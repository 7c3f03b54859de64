package io.github.octconv4j.graph;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A function of each element that an {@link OctaveConv} applies to what it gives.
 *
 * @since 0.1.0
 */
public enum OutputFunction {
  /** None. */
  NONE(null),
  /** {@code max(x, 0)}. */
  RELU(Unary.of(UnaryFunction.RELU)),
  /** {@code min(max(x, 0), 6)}. */
  RELU6(null),
  /** {@code x / (1 + exp(-x))}, also called SiLU. */
  SWISH(Unary.of(UnaryFunction.SWISH)),
  /** {@code 1 / (1 + exp(-x))}. */
  SIGMOID(Unary.of(UnaryFunction.SIGMOID)),
  /** {@code tanh(x)}. */
  TANH(Unary.of(UnaryFunction.TANH)),
  /** {@code min(max(x / 6 + 1 / 2, 0), 1)}. */
  HARD_SIGMOID(new Unary(UnaryFunction.HARD_SIGMOID, 1 / 6f, 0.5f)),
  /** {@code x * min(max(x / 6 + 1 / 2, 0), 1)}. */
  HARD_SWISH(Unary.of(UnaryFunction.HARD_SWISH));

  private static final float NEAR = 1e-6f;

  private final @Nullable Unary unary; // null of NONE and RELU6

  OutputFunction(@Nullable Unary unary) {
    this.unary = unary;
  }

  /**
   * The operation that applies it.
   *
   * @return a function, or {@link Clip} from 0 to 6
   * @throws IllegalStateException if it is {@link #NONE}
   */
  public Op op() {
    if (this == NONE) {
      throw new IllegalStateException("NONE is no operation");
    }
    return unary == null ? new Clip() : unary;
  }

  /**
   * The function that a node applies.
   *
   * @param graph where it stands
   * @param node any node
   * @return null where the node does anything else
   */
  public static @Nullable OutputFunction of(Graph graph, Node node) {
    Objects.requireNonNull(graph, "graph");
    if (Objects.requireNonNull(node, "node").op() instanceof Clip) {
      boolean six = isNumber(graph, node.input(1), 0) && isNumber(graph, node.input(2), 6);
      return six ? RELU6 : null;
    }
    if (node.op() instanceof Unary given) {
      for (OutputFunction function : values()) {
        if (function.unary != null && isSame(function.unary, given)) {
          return function;
        }
      }
    }
    return null;
  }

  private static boolean isSame(Unary a, Unary b) {
    return a.function() == b.function()
        && Math.abs(a.alpha() - b.alpha()) < NEAR
        && Math.abs(a.beta() - b.beta()) < NEAR;
  }

  private static boolean isNumber(Graph graph, String value, double number) {
    TensorData data = graph.constant(value);
    return data != null && data.count() == 1 && data.doubleAt(0) == number;
  }
}
