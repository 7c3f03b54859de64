package io.github.octconv4j.octave.plan;

import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An octave convolution that is to be added to a program: what, with which weights, from where to
 * where.
 *
 * @param name prefix of the steps' names
 * @param spec the convolution
 * @param sizes from the input to the output
 * @param kernels weights of each path, with the channels that the operands have
 * @param biases bias of each output that has one
 * @param x the input
 * @param y the output
 * @param accumulate whether the output is added to what {@code y} holds
 * @param small where what is upsampled is summed with that of other convolutions, null for none
 * @param activation applied after everything else
 */
record OctaveTask(
    String name,
    OctaveConv2d spec,
    OctaveSizes sizes,
    Map<OctavePath, ConvolutionWeights> kernels,
    Map<Frequency, float[]> biases,
    OctaveOperand x,
    OctaveOperand y,
    boolean accumulate,
    @Nullable SmallSum small,
    Activation activation) {

  static OctaveTask of(
      String name,
      OctaveConv2d spec,
      PathWeights weights,
      OctaveOperand x,
      OctaveOperand y,
      boolean accumulate,
      @Nullable SmallSum small,
      Activation activation) {
    Map<OctavePath, ConvolutionWeights> kernels = new EnumMap<>(OctavePath.class);
    for (OctavePath path : spec.paths()) {
      kernels.put(path, ConvolutionWeights.of(name, spec, path, weights).padded(x.layout()));
    }
    return new OctaveTask(
        name,
        spec,
        OctaveSizes.of(spec, x.shape()),
        kernels,
        weights.biases(),
        x,
        y,
        accumulate,
        small,
        activation);
  }

  boolean has(OctavePath path) {
    return kernels.containsKey(path);
  }

  /** The weights of a path that there is. */
  ConvolutionWeights kernel(OctavePath path) {
    return Objects.requireNonNull(kernels.get(path), "kernel");
  }

  /** The bias of an output, null where there is none. */
  float @Nullable [] bias(Frequency output) {
    return biases.get(output);
  }
}
