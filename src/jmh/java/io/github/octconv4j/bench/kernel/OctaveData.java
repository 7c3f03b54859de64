package io.github.octconv4j.bench.kernel;

import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveWeights;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;

/**
 * An octave layer with weights and an input, always the same ones for the same layer and alpha.
 * Stride, dilation and groups are 1, the kernel is square and the padding keeps the size.
 */
public final class OctaveData {
  private final LayerShape layer;
  private final OctaveConv2d spec;
  private final Map<OctavePath, float[]> kernels = new EnumMap<>(OctavePath.class);
  private final Map<Frequency, float[]> biases = new EnumMap<>(Frequency.class);
  private final Map<Frequency, ImageData> inputs = new EnumMap<>(Frequency.class);

  /**
   * Makes data.
   *
   * @throws IllegalArgumentException if the Java variants have no such layer
   */
  public OctaveData(LayerShape layer, double alpha) {
    int k = layer.kernelHeight();
    boolean same =
        k == layer.kernelWidth()
            && k % 2 == 1
            && layer.padding().top() == k / 2
            && layer.padding().left() == k / 2
            && layer.padding().bottom() == k / 2
            && layer.padding().right() == k / 2;
    if (layer.stride() != 1
        || layer.dilationHeight() != 1
        || layer.dilationWidth() != 1
        || layer.groups() != 1
        || !same) {
      throw new IllegalArgumentException(
          layer.problem()
              + ": the Java variants have stride, dilation and groups 1, and an odd square kernel"
              + " whose padding keeps the size");
    }
    this.layer = layer;
    this.spec = layer.spec(alpha);
    Random random = new Random(1904_05049);
    for (OctavePath path : spec.paths()) {
      int terms = spec.in().of(path.source()) * k * k;
      kernels.put(
          path,
          ImageData.floats(
              random, spec.out().of(path.destination()) * terms, Math.sqrt(3.0 / terms)));
    }
    for (Frequency frequency : Frequency.values()) {
      if (layer.bias() && spec.out().of(frequency) > 0) {
        biases.put(frequency, ImageData.floats(random, spec.out().of(frequency), 1));
      }
      if (spec.in().of(frequency) > 0) {
        inputs.put(
            frequency,
            ImageData.random(
                random,
                layer.batch(),
                spec.in().of(frequency),
                height(frequency),
                width(frequency)));
      }
    }
  }

  /** Returns rows of the images of a frequency. */
  public int height(Frequency frequency) {
    return frequency == Frequency.HIGH ? layer.height() : layer.height() / 2;
  }

  /** Returns columns of the images of a frequency. */
  public int width(Frequency frequency) {
    return frequency == Frequency.HIGH ? layer.width() : layer.width() / 2;
  }

  /** Returns the dense layer. */
  public LayerShape layer() {
    return layer;
  }

  /** Returns the octave convolution. */
  public OctaveConv2d spec() {
    return spec;
  }

  /** Returns the kernel (out, in, kh, kw) of a path that exists, not a copy. */
  public float[] kernel(OctavePath path) {
    return kernels.get(path);
  }

  /** Returns the bias of an output, null where there is none. */
  public float[] bias(Frequency output) {
    return biases.get(output);
  }

  /** Returns the input of a frequency, null where there is none. */
  public ImageData input(Frequency frequency) {
    return inputs.get(frequency);
  }

  OctaveWeights weights() {
    OctaveWeights.Builder weights = OctaveWeights.of(spec);
    kernels.forEach(weights::kernel);
    biases.forEach(weights::bias);
    return weights.build();
  }
}
