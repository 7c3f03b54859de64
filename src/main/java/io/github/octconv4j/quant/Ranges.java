package io.github.octconv4j.quant;

/**
 * How the range of a value's elements is chosen from those that were observed.
 *
 * @since 0.1.0
 */
public enum Ranges {
  /** From the least to the largest one. */
  MIN_MAX,
  /** What is left when one in 100,000 is cut off at each end. */
  PERCENTILE,
  /** The range, cut off at either end, whose 256 steps have the least mean squared error. */
  MSE
}
