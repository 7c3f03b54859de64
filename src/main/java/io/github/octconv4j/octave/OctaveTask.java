package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import java.util.Arrays;
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
 * @param biases bias of each output that has one, likewise
 * @param x the input
 * @param y the output
 * @param accumulate whether the output is added to what {@code y} holds
 * @param activation applied after everything else
 */
record OctaveTask(
    String name,
    OctaveConv2d spec,
    OctaveSizes sizes,
    Map<OctavePath, Kernel> kernels,
    Map<Frequency, float[]> biases,
    OctaveOperand x,
    OctaveOperand y,
    boolean accumulate,
    Activation activation) {

  static OctaveTask of(
      String name,
      OctaveConv2d spec,
      OctaveWeights weights,
      OctaveOperand x,
      OctaveOperand y,
      boolean accumulate,
      Activation activation) {
    Map<OctavePath, Kernel> kernels = new EnumMap<>(OctavePath.class);
    for (OctavePath path : spec.paths()) {
      kernels.put(path, Kernel.of(name, spec, path, weights).padded(x.layout()));
    }
    Map<Frequency, float[]> biases = new EnumMap<>(Frequency.class);
    for (Frequency output : Frequency.values()) {
      float[] bias = weights.bias(output);
      if (bias != null) {
        biases.put(output, Arrays.copyOf(bias, x.layout().padded(bias.length)));
      }
    }
    return new OctaveTask(
        name, spec, OctaveSizes.of(spec, x.shape()), kernels, biases, x, y, accumulate, activation);
  }

  boolean has(OctavePath path) {
    return kernels.containsKey(path);
  }

  /** The weights of a path that there is. */
  Kernel kernel(OctavePath path) {
    return Objects.requireNonNull(kernels.get(path), "kernel");
  }

  /** The high part of the input, where a path begins there. */
  Operand xHigh() {
    return x.requireHigh();
  }

  /** The low part of the input, where a path begins there. */
  Operand xLow() {
    return x.requireLow();
  }

  /** The high part of the output, where a path ends there. */
  Operand yHigh() {
    return y.requireHigh();
  }

  /** The low part of the output, where a path ends there. */
  Operand yLow() {
    return y.requireLow();
  }

  /** The bias of an output, null where there is none. */
  float @Nullable [] bias(Frequency output) {
    return biases.get(output);
  }

  /** The post-ops of the step that writes an output first: it may have to add to what is there. */
  PostOps first() {
    return accumulate ? PostOps.NONE.sum() : PostOps.NONE;
  }

  /** Whether both parts of the input become one output. */
  boolean adds(OctavePath first, OctavePath second) {
    return has(first) && has(second);
  }

  /** The same for some images of the batch. */
  OctaveTask images(int first, int count) {
    return new OctaveTask(
        name,
        spec,
        sizes,
        kernels,
        biases,
        x.images(first, count),
        y.images(first, count),
        accumulate,
        activation);
  }

  /** The same for a share of the output channels of a single image in blocks. */
  OctaveTask share(int index, int of) {
    Map<OctavePath, Kernel> someKernels = new EnumMap<>(OctavePath.class);
    kernels.forEach(
        (path, kernel) -> {
          Share part = Share.of(kernel.out(), Layout.blockSize(), index, of);
          if (part.count() > 0) {
            someKernels.put(path, kernel.outputs(part.first(), part.count()));
          }
        });
    Map<Frequency, float[]> someBiases = new EnumMap<>(Frequency.class);
    biases.forEach(
        (output, bias) -> {
          Share part = Share.of(bias.length, Layout.blockSize(), index, of);
          someBiases.put(output, Arrays.copyOfRange(bias, part.first(), part.end()));
        });
    return new OctaveTask(
        name + "." + index,
        spec,
        sizes,
        someKernels,
        someBiases,
        x,
        y.channelShare(index, of),
        accumulate,
        activation);
  }
}
