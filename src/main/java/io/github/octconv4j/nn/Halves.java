package io.github.octconv4j.nn;

import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveWeights;
import java.util.Arrays;

/**
 * Cuts a convolution in two, by its output or by its input channels. A kernel larger than 1x1 over
 * many channels has more weights for a block of outputs than the second-level cache holds, and
 * small images read them again for each row; of half the channels they stay there. On one core with
 * 1 MB of it, 3x3 of 512 channels at 7x7 took 1357 us, two of 256 input channels 960 us.
 */
final class Halves {
  private static final long CACHE_BYTES = 1 << 20;
  private static final int BLOCK = 64; // outputs that oneDNN's kernels compute at once

  private Halves() {}

  /** Whether a convolution gains from an input in two halves. */
  static boolean pays(OctaveConv2d spec, int elementBytes) {
    int in = spec.in().high();
    int window = spec.kernelHeight() * spec.kernelWidth();
    return spec.in().low() == 0
        && spec.out().low() == 0
        && spec.groups() == 1
        && window > 1
        && in % 32 == 0
        && (long) in * window * BLOCK * elementBytes > CACHE_BYTES;
  }

  /** The convolution that makes half of the outputs. */
  static OctaveConv2d ofOutputs(OctaveConv2d spec) {
    return spec.withChannels(spec.in(), new ChannelSplit(spec.out().high() / 2, 0));
  }

  /** The convolution that reads half of the inputs. */
  static OctaveConv2d ofInputs(OctaveConv2d spec) {
    return spec.withChannels(new ChannelSplit(spec.in().high() / 2, 0), spec.out());
  }

  /** The weights of half of the outputs, 0 or 1. */
  static OctaveWeights ofOutputs(OctaveConv2d spec, OctaveWeights weights, int half) {
    OctaveWeights.Builder builder = OctaveWeights.of(ofOutputs(spec));
    for (OctavePath path : spec.paths()) {
      float[] kernel = weights.kernel(path);
      builder.kernel(path, half(kernel, half));
    }
    float[] bias = weights.bias(Frequency.HIGH);
    if (bias != null) {
      builder.bias(Frequency.HIGH, half(bias, half));
    }
    return builder.build();
  }

  private static float[] half(float[] values, int half) {
    int count = values.length / 2;
    return Arrays.copyOfRange(values, half * count, (half + 1) * count);
  }

  /** The weights of half of the inputs, 0 or 1; the first half has the bias. */
  static OctaveWeights ofInputs(OctaveConv2d spec, OctaveWeights weights, int half) {
    float[] kernel = weights.kernel(OctavePath.HH);
    int row = kernel.length / spec.out().high() / 2;
    float[] columns = new float[kernel.length / 2];
    for (int o = 0; o < spec.out().high(); o++) {
      System.arraycopy(kernel, (2 * o + half) * row, columns, o * row, row);
    }
    OctaveWeights.Builder builder = OctaveWeights.of(ofInputs(spec)).kernel(OctavePath.HH, columns);
    float[] bias = weights.bias(Frequency.HIGH);
    if (bias != null && half == 0) {
      builder.bias(Frequency.HIGH, bias);
    }
    return builder.build();
  }
}
