package io.github.octconv4j.nn;

import java.util.Locale;

/**
 * Batch norm with trained statistics, to be folded into the convolution before it: with {@code s =
 * gamma / sqrt(variance + epsilon)} the weights of each output channel become {@code w * s} and its
 * bias {@code beta - mean * s}. Source: Ioffe and Szegedy, "Batch Normalization", 2015, section
 * 3.1.
 */
final class BatchNorm {
  private final double[] scale;
  private final float[] bias;

  /**
   * Takes one value of each kind for each channel, all of them finite.
   *
   * @param variance above {@code -epsilon}
   * @param name of the variance's tensor, for messages
   */
  BatchNorm(
      float[] gamma, float[] beta, float[] mean, float[] variance, double epsilon, String name) {
    scale = new double[gamma.length];
    bias = new float[gamma.length];
    for (int c = 0; c < scale.length; c++) {
      if (!(variance[c] + epsilon > 0)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "tensor %s must be above -%s, which is its batch norm's epsilon, was %s at index %d",
                name,
                epsilon,
                variance[c],
                c));
      }
      scale[c] = gamma[c] / Math.sqrt(variance[c] + epsilon);
      bias[c] = (float) (beta[c] - mean[c] * scale[c]);
    }
  }

  /** Scales the rows of a kernel, one for each channel, in place. */
  void scale(float[] kernel) {
    int row = kernel.length / scale.length;
    for (int c = 0; c < scale.length; c++) {
      double s = scale[c];
      for (int i = c * row; i < (c + 1) * row; i++) {
        kernel[i] = (float) (kernel[i] * s);
      }
    }
  }

  /** Returns the bias of each channel. */
  float[] bias() {
    return bias;
  }
}
