package io.github.octconv4j.bench.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.pooling.Pool;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.Padding;
import java.util.EnumMap;
import java.util.Map;

/** An octave convolution of stride 1 as people write it in PyTorch, with even sizes. */
final class PyTorchOctave implements PyTorchContender.Model {
  private static final Shape TWO = new Shape(2, 2);
  private static final int NEAREST = 0;

  private final OctaveConv2d spec;
  private final Map<OctavePath, NDArray> kernels = new EnumMap<>(OctavePath.class);
  private final Map<Frequency, NDArray> biases = new EnumMap<>(Frequency.class);

  PyTorchOctave(OctaveConv2d spec, OctaveWeights weights, NDManager manager) {
    if (spec.stride() != 1 || !spec.padding().equals(symmetric(spec))) {
      throw new IllegalArgumentException(
          "stride must be 1 and the padding the same on both sides, specification is " + spec);
    }
    this.spec = spec;
    for (OctavePath path : spec.paths()) {
      kernels.put(path, manager.create(weights.kernel(path), new Shape(spec.weightsShape(path))));
    }
    for (Frequency output : Frequency.values()) {
      float[] bias = weights.bias(output);
      if (bias != null) {
        biases.put(output, manager.create(bias));
      }
    }
  }

  private static Padding symmetric(OctaveConv2d spec) {
    return new Padding(
        spec.padding().top(), spec.padding().left(), spec.padding().top(), spec.padding().left());
  }

  @Override
  public NDList forward(NDList inputs) {
    NDArray high = spec.in().high() > 0 ? inputs.get(0) : null;
    NDArray low = spec.in().low() > 0 ? inputs.get(inputs.size() - 1) : null;
    NDList outputs = new NDList();
    if (spec.out().high() > 0) {
      NDArray y = spec.has(OctavePath.HH) ? convolve(OctavePath.HH, high, true) : null;
      if (spec.has(OctavePath.LH)) {
        NDArray part = convolve(OctavePath.LH, low, y == null);
        Shape size = part.getShape();
        long[] doubled = {2 * size.get(2), 2 * size.get(3)};
        NDArray up = part.getNDArrayInternal().interpolation(doubled, NEAREST, false);
        y = y == null ? up : y.addi(up);
      }
      outputs.add(y);
    }
    if (spec.out().low() > 0) {
      NDArray y = spec.has(OctavePath.LL) ? convolve(OctavePath.LL, low, true) : null;
      if (spec.has(OctavePath.HL)) {
        NDArray pooled = Pool.avgPool2d(high, TWO, TWO, new Shape(0, 0), false, true);
        NDArray part = convolve(OctavePath.HL, pooled, y == null);
        y = y == null ? part : y.addi(part);
      }
      outputs.add(y);
    }
    return outputs;
  }

  private NDArray convolve(OctavePath path, NDArray x, boolean first) {
    return Conv2d.conv2d(
            x,
            kernels.get(path),
            first ? biases.get(path.destination()) : null,
            new Shape(1, 1),
            new Shape(spec.padding().top(), spec.padding().left()),
            new Shape(spec.dilationHeight(), spec.dilationWidth()),
            spec.groups(path))
        .singletonOrThrow();
  }
}
