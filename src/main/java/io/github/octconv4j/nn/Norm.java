package io.github.octconv4j.nn;

/**
 * What is added to a convolution's result, channel by channel.
 *
 * @since 0.1.0
 */
public enum Norm {
  /** Batch norm with trained statistics, folded into the weights. */
  BATCH,
  /** A bias. */
  BIAS,
  /** Nothing. */
  NONE
}
