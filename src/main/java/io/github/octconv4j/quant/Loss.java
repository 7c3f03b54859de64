package io.github.octconv4j.quant;

/**
 * What a quantised network may lose.
 *
 * @since 0.1.0
 */
public enum Loss {
  /** 1 less the cosine of its outputs to those in floats, the mean of all samples. */
  OUTPUTS,
  /** The share of samples with labels that are classified right in floats and no more. */
  ACCURACY
}
