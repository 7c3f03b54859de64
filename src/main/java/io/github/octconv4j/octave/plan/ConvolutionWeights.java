package io.github.octconv4j.octave.plan;

import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The weights of one path, (out, in / groups, kh, kw) row by row, as a convolution wants them:
 * perhaps with channels of zeros, perhaps only some of the output channels; and the bias.
 */
final class ConvolutionWeights {
  private final Object key;
  private final String name;
  private final float[] values;
  private final int out;
  private final int in; // of each group
  private final int groups;
  private final int size; // kh * kw
  private final long[] spatial;
  private final float @Nullable [] bias; // (out)

  private ConvolutionWeights(
      Object key,
      String name,
      float[] values,
      int out,
      int in,
      int groups,
      int size,
      long[] spatial,
      float @Nullable [] bias) {
    this.key = key;
    this.name = name;
    this.values = values;
    this.out = out;
    this.in = in;
    this.groups = groups;
    this.size = size;
    this.spatial = spatial;
    this.bias = bias;
  }

  /**
   * The weights of a path, without its output's bias; {@code layer} and the path's name make up the
   * kernel's name.
   */
  static ConvolutionWeights of(
      String layer, OctaveConv2d spec, OctavePath path, PathWeights weights) {
    return new ConvolutionWeights(
        List.of(weights.identity(), path),
        layer + "." + path.shortName(),
        weights.kernel(path),
        spec.out().of(path.destination()),
        spec.in().of(path.source()) / spec.groups(path),
        spec.groups(path),
        spec.kernelHeight() * spec.kernelWidth(),
        new long[] {spec.kernelHeight(), spec.kernelWidth()},
        null);
  }

  /** Returns the kernel with a bias for each output channel that has none yet, or without. */
  ConvolutionWeights with(float @Nullable [] values) {
    return new ConvolutionWeights(
        key,
        name,
        this.values,
        out,
        in,
        groups,
        size,
        spatial,
        values == null ? null : Arrays.copyOf(values, out));
  }

  /** Returns what the values are; kernels of equal keys hold equal ones. */
  Object key() {
    return key;
  }

  /** Returns the name for listings. */
  String name() {
    return name;
  }

  float[] values() {
    return values;
  }

  /** Returns what is added to each output channel, null for nothing. */
  float @Nullable [] bias() {
    return bias;
  }

  int out() {
    return out;
  }

  /** Returns the kernel with as many channels as a layout has; the new ones are zeros. */
  ConvolutionWeights padded(Layout layout) {
    boolean depthwise = groups > 1 && groups == out;
    int newOut = layout.padded(out);
    int newIn = groups > 1 ? in : layout.padded(in);
    if (newOut == out && newIn == in) {
      return this;
    }
    float[] larger = new float[count((long) newOut * newIn * size)];
    for (int o = 0; o < out; o++) {
      System.arraycopy(values, o * in * size, larger, o * newIn * size, in * size);
    }
    return new ConvolutionWeights(
        List.of(key, layout),
        name,
        larger,
        newOut,
        newIn,
        depthwise ? newOut : groups,
        size,
        spatial,
        bias == null ? null : Arrays.copyOf(bias, newOut));
  }

  /** Returns some of the output channels. */
  ConvolutionWeights outputs(Range some) {
    if (some.isAll(out)) {
      return this;
    }
    int row = in * size;
    return new ConvolutionWeights(
        List.of(key, some.first(), some.count()),
        name + "." + some.first(),
        Arrays.copyOfRange(values, some.first() * row, some.end() * row),
        some.count(),
        in,
        groups > 1 ? some.count() / (out / groups) : 1,
        size,
        spatial,
        bias == null ? null : Arrays.copyOfRange(bias, some.first(), some.end()));
  }

  /** Returns one kernel over the inputs of both, side by side, with this bias; for one group. */
  ConvolutionWeights besideInput(ConvolutionWeights other) {
    float[] both = new float[count((long) values.length + other.values.length)];
    int row = in * size;
    int otherRow = other.in * size;
    for (int o = 0; o < out; o++) {
      System.arraycopy(values, o * row, both, o * (row + otherRow), row);
      System.arraycopy(other.values, o * otherRow, both, o * (row + otherRow) + row, otherRow);
    }
    return new ConvolutionWeights(
        List.of(key, "beside its input", other.key),
        name + "+" + other.name,
        both,
        out,
        in + other.in,
        1,
        size,
        spatial,
        bias);
  }

  /**
   * Returns one kernel for the outputs of both, one after the other, without bias; for one group.
   */
  ConvolutionWeights besideOutput(ConvolutionWeights other) {
    float[] both = Arrays.copyOf(values, count((long) values.length + other.values.length));
    System.arraycopy(other.values, 0, both, values.length, other.values.length);
    return new ConvolutionWeights(
        List.of(key, "beside its output", other.key),
        name + "+" + other.name,
        both,
        out + other.out,
        in,
        1,
        size,
        spatial,
        null);
  }

  /** So many values as an array can hold. */
  private int count(long values) {
    if (values > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "kernel %s would have %d values, an array can hold %d",
              name,
              values,
              Integer.MAX_VALUE));
    }
    return (int) values;
  }

  /** Returns the shape that a convolution wants, with groups first where there are several. */
  long[] dims() {
    return groups == 1
        ? new long[] {out, in, spatial[0], spatial[1]}
        : new long[] {groups, out / groups, in, spatial[0], spatial[1]};
  }
}
