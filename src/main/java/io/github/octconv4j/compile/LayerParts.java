package io.github.octconv4j.compile;

import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.plan.PathWeights;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * A convolution without groups, cut into equal parts by its output and by its input channels. The
 * parts of one output add up: {@code y_o = sum over i of conv(x_i, W_oi)}.
 */
final class LayerParts {
  private final OctaveConv2d whole;
  private final PathWeights weights;
  private final int outputs;
  private final int inputs;

  /** What the weights of a part are, in every plan of a network. */
  private record Key(Object weights, int output, int outputs, int input, int inputs) {}

  /**
   * Cuts a convolution.
   *
   * @param outputs how many parts the output has; divides its channels
   * @param inputs how many parts the input has; divides its channels
   */
  LayerParts(OctaveConv2d whole, PathWeights weights, int outputs, int inputs) {
    this.whole = whole;
    this.weights = weights;
    this.outputs = outputs;
    this.inputs = inputs;
  }

  private boolean isWhole() {
    return outputs == 1 && inputs == 1;
  }

  /** What tells the steps of a part from those of others; empty where there is one. */
  String name(int output, int input) {
    return isWhole()
        ? ""
        : String.format(Locale.ROOT, ".out%dof%d.in%dof%d", output, outputs, input, inputs);
  }

  /** The convolution of a part; all are alike. */
  OctaveConv2d spec() {
    return isWhole()
        ? whole
        : whole.withChannels(part(whole.in(), inputs), part(whole.out(), outputs));
  }

  /** The channels of one of several equal parts. */
  static ChannelSplit part(ChannelSplit channels, int parts) {
    return new ChannelSplit(channels.high() / parts, channels.low() / parts);
  }

  /** The weights from a part of the input to one of the output; the first input brings the bias. */
  PathWeights weights(int output, int input) {
    if (isWhole()) {
      return weights;
    }
    OctaveConv2d spec = spec();
    Map<OctavePath, float[]> kernels = new EnumMap<>(OctavePath.class);
    for (OctavePath path : spec.paths()) {
      kernels.put(path, kernel(path, spec, output, input));
    }
    Map<Frequency, float[]> biases = new EnumMap<>(Frequency.class);
    for (Frequency frequency : Frequency.values()) {
      float[] bias = weights.bias(frequency);
      if (bias != null && input == 0) {
        int count = bias.length / outputs;
        biases.put(frequency, Arrays.copyOfRange(bias, output * count, (output + 1) * count));
      }
    }
    Key key = new Key(weights.identity(), output, outputs, input, inputs);
    return new PathWeights(key, kernels, biases);
  }

  private float[] kernel(OctavePath path, OctaveConv2d spec, int output, int input) {
    int rows = spec.out().of(path.destination());
    long[] shape = spec.weightsShape(path);
    int columns = Math.toIntExact(shape[1] * shape[2] * shape[3]);
    float[] some = new float[rows * columns];
    for (int row = 0; row < rows; row++) {
      int from = ((output * rows + row) * inputs + input) * columns;
      System.arraycopy(weights.kernel(path), from, some, row * columns, columns);
    }
    return some;
  }
}
