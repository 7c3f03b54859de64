package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Eltwise;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.PostOps;
import org.jspecify.annotations.Nullable;

/**
 * A function applied to both outputs, in the pass that writes them.
 *
 * @since 0.1.0
 */
public enum Activation {
  /** None. */
  NONE(null, 0, 0),
  /** {@code max(x, 0)}. */
  RELU(Algorithm.ELTWISE_RELU, 0, 0),
  /** {@code min(max(x, 0), 6)}. */
  RELU6(Algorithm.ELTWISE_CLIP, 0, 6),
  /** {@code x / (1 + exp(-x))}, also called swish. */
  SILU(Algorithm.ELTWISE_SWISH, 1, 0),
  /** {@code 1 / (1 + exp(-x))}. */
  SIGMOID(Algorithm.ELTWISE_LOGISTIC, 0, 0),
  /** {@code tanh(x)}. */
  TANH(Algorithm.ELTWISE_TANH, 0, 0),
  /** {@code min(max(x / 6 + 1 / 2, 0), 1)}. */
  HARD_SIGMOID(Algorithm.ELTWISE_HARDSIGMOID, 1 / 6f, 0.5f),
  /** {@code x * min(max(x / 6 + 1 / 2, 0), 1)}. */
  HARD_SWISH(Algorithm.ELTWISE_HARDSWISH, 1 / 6f, 0.5f);

  private final @Nullable Algorithm algorithm; // null for none
  private final float alpha;
  private final float beta;

  Activation(@Nullable Algorithm algorithm, float alpha, float beta) {
    this.algorithm = algorithm;
    this.alpha = alpha;
    this.beta = beta;
  }

  /** Returns the post-ops and then this. */
  public PostOps after(PostOps postOps) {
    return algorithm == null ? postOps : postOps.and(new PostOps.Eltwise(algorithm, alpha, beta));
  }

  /** Returns this, which must not be none, as an operation of its own, in place. */
  public Eltwise on(MemoryDesc desc) {
    if (algorithm == null) {
      throw new IllegalStateException("no activation, no operation");
    }
    return new Eltwise(algorithm, desc, desc, alpha, beta);
  }
}
