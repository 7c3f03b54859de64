package io.github.octconv4j.nn;

import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveWeights;
import java.util.Map;

/**
 * Folds batch norm into a convolution: with {@code s = gamma / sqrt(variance + epsilon)} the
 * weights of each output channel become {@code w * s} and its bias {@code beta - mean * s}. Source:
 * Ioffe and Szegedy, "Batch Normalization", 2015, section 3.1.
 */
final class BatchNormFolding {
  /** The trained values of one frequency's channels. */
  static final class Statistics {
    private final float[] gamma;
    private final float[] beta;
    private final float[] mean;
    private final float[] variance;

    Statistics(float[] gamma, float[] beta, float[] mean, float[] variance) {
      this.gamma = gamma;
      this.beta = beta;
      this.mean = mean;
      this.variance = variance;
    }

    private double scale(int channel, double epsilon) {
      return gamma[channel] / Math.sqrt(variance[channel] + epsilon);
    }

    private float bias(int channel, double epsilon) {
      return (float) (beta[channel] - mean[channel] * scale(channel, epsilon));
    }
  }

  private BatchNormFolding() {}

  /**
   * Returns folded weights.
   *
   * @param kernels one for each path of the specification
   * @param norms one for each frequency of the output
   */
  static OctaveWeights fold(
      OctaveConv2d spec,
      Map<OctavePath, float[]> kernels,
      Map<Frequency, Statistics> norms,
      double epsilon) {
    OctaveWeights.Builder weights = OctaveWeights.of(spec);
    for (OctavePath path : spec.paths()) {
      Statistics norm = norms.get(path.destination());
      float[] kernel = kernels.get(path).clone();
      int row = kernel.length / spec.out().of(path.destination());
      for (int i = 0; i < kernel.length; i++) {
        kernel[i] = (float) (kernel[i] * norm.scale(i / row, epsilon));
      }
      weights.kernel(path, kernel);
    }
    norms.forEach(
        (frequency, norm) -> {
          float[] bias = new float[spec.out().of(frequency)];
          for (int c = 0; c < bias.length; c++) {
            bias[c] = norm.bias(c, epsilon);
          }
          weights.bias(frequency, bias);
        });
    return weights.build();
  }
}
