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
  NONE(null, 0, 0),
  /** {@code max(x, 0)}. */
  RELU(UnaryFunction.RELU, 0, 0),
  /** {@code min(max(x, 0), 6)}. */
  RELU6(null, 0, 0),
  /** {@code x / (1 + exp(-x))}, also called SiLU. */
  SWISH(UnaryFunction.SWISH, 1, 0),
  /** {@code 1 / (1 + exp(-x))}. */
  SIGMOID(UnaryFunction.SIGMOID, 0, 0),
  /** {@code tanh(x)}. */
  TANH(UnaryFunction.TANH, 0, 0),
  /** {@code min(max(x / 6 + 1 / 2, 0), 1)}. */
  HARD_SIGMOID(UnaryFunction.HARD_SIGMOID, 1 / 6f, 0.5f),
  /** {@code x * min(max(x / 6 + 1 / 2, 0), 1)}. */
  HARD_SWISH(UnaryFunction.HARD_SWISH, 0, 0);

  private static final float NEAR = 1e-6f;

  private final @Nullable UnaryFunction function; // null of NONE and RELU6
  private final float alpha;
  private final float beta;

  OutputFunction(@Nullable UnaryFunction function, float alpha, float beta) {
    this.function = function;
    this.alpha = alpha;
    this.beta = beta;
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
    return function == null ? new Clip() : new Unary(function, alpha, beta);
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
      for (OutputFunction candidate : values()) {
        if (candidate.isSame(given)) {
          return candidate;
        }
      }
    }
    return null;
  }

  private boolean isSame(Unary unary) {
    return function == unary.function()
        && Math.abs(alpha - unary.alpha()) < NEAR
        && Math.abs(beta - unary.beta()) < NEAR;
  }

  private static boolean isNumber(Graph graph, String value, double number) {
    TensorData data = graph.constant(value);
    return data != null && data.count() == 1 && data.doubleAt(0) == number;
  }
}
