package io.github.octconv4j.octave;

/**
 * A function applied to both outputs, in the pass that writes them.
 *
 * @since 0.1.0
 */
public enum Activation {
  /** None. */
  NONE,
  /** {@code max(x, 0)}. */
  RELU,
  /** {@code min(max(x, 0), 6)}. */
  RELU6,
  /** {@code x / (1 + exp(-x))}, also called swish. */
  SILU,
  /** {@code 1 / (1 + exp(-x))}. */
  SIGMOID,
  /** {@code tanh(x)}. */
  TANH,
  /** {@code min(max(x / 6 + 1 / 2, 0), 1)}. */
  HARD_SIGMOID,
  /** {@code x * min(max(x / 6 + 1 / 2, 0), 1)}. */
  HARD_SWISH
}
