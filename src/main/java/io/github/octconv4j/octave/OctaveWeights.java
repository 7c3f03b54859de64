package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.NonFinite;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Trained weights of an octave convolution: one kernel (out, in / groups, kh, kw) for each path, in
 * that order row by row, and optional biases. Immutable once built; arrays are copied.
 *
 * <p>All values must be finite: what is not is refused, because results would not show it. A ReLU
 * of oneDNN makes 0 of NaN.
 *
 * <p>Each output has one bias. Where two were trained, one for each path, they are added when the
 * plan is built: {@code b_h = b_hh + b_lh} and {@code b_l = b_ll + b_hl}. That is the same, because
 * upsampling copies, and neither path pools after its convolution.
 *
 * @since 0.1.0
 */
public final class OctaveWeights {
  private final OctaveConv2d spec; // what they were made for
  private final Map<OctavePath, float[]> kernels;
  private final Map<OctavePath, float[]> biases;
  private final Object identity;

  private OctaveWeights(
      OctaveConv2d spec,
      Map<OctavePath, float[]> kernels,
      Map<OctavePath, float[]> biases,
      Object identity) {
    this.spec = spec;
    this.kernels = kernels;
    this.biases = biases;
    this.identity = identity;
  }

  /** Begins weights for a specification. */
  public static Builder of(OctaveConv2d spec) {
    Objects.requireNonNull(spec, "spec");
    return new Builder(spec);
  }

  /**
   * Cuts a dense kernel in four: rows of {@code W} by the output split, columns by the input split,
   * high channels first. Only for one group.
   *
   * @param dense kernel (out, in, kh, kw)
   * @param bias one value for each output channel, or null
   */
  public static OctaveWeights split(OctaveConv2d spec, float[] dense, float @Nullable [] bias) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(dense, "dense");
    if (spec.groups() != 1) {
      throw new IllegalArgumentException(
          "a dense kernel can be cut for groups 1 only, groups is " + spec.groups());
    }
    int in = spec.in().total();
    requireLength(
        "dense kernel",
        dense.length,
        new long[] {spec.out().total(), in, spec.kernelHeight(), spec.kernelWidth()});
    int k = spec.kernelHeight() * spec.kernelWidth();
    Builder builder = of(spec);
    for (OctavePath path : spec.paths()) {
      long[] shape = spec.weightsShape(path);
      int firstOut = path.destination() == Frequency.HIGH ? 0 : spec.out().high();
      int firstIn = path.source() == Frequency.HIGH ? 0 : spec.in().high();
      int row = (int) shape[1] * k;
      float[] kernel = new float[(int) shape[0] * row];
      for (int o = 0; o < shape[0]; o++) {
        System.arraycopy(dense, ((firstOut + o) * in + firstIn) * k, kernel, o * row, row);
      }
      builder.kernel(path, kernel);
    }
    if (bias != null) {
      requireLength("bias", bias.length, new long[] {spec.out().total()});
      for (Frequency frequency : Frequency.values()) {
        int first = frequency == Frequency.HIGH ? 0 : spec.out().high();
        int count = spec.out().of(frequency);
        if (count > 0) {
          float[] part = new float[count];
          System.arraycopy(bias, first, part, 0, count);
          builder.bias(frequency, part);
        }
      }
    }
    return builder.build();
  }

  /** Collects the weights; {@link #build} checks that none is missing. */
  public static final class Builder {
    private final OctaveConv2d spec;
    private final Map<OctavePath, float[]> kernels = new EnumMap<>(OctavePath.class);
    private final Map<OctavePath, float[]> biases = new EnumMap<>(OctavePath.class);

    private Builder(OctaveConv2d spec) {
      this.spec = spec;
    }

    /**
     * Sets the kernel of a path, of the shape {@link OctaveConv2d#weightsShape}.
     *
     * @throws IllegalArgumentException if there are too few or too many values, or one is NaN or
     *     infinite
     */
    public Builder kernel(OctavePath path, float[] values) {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(values, "values");
      requirePath(path);
      String name = "kernel " + path.shortName();
      requireLength(name, values.length, spec.weightsShape(path));
      kernels.put(path, finite(name, values.clone()));
      return this;
    }

    /**
     * Sets the kernel of a path from memory, such as a mapped file: floats in the order of the
     * processor, of the shape {@link OctaveConv2d#weightsShape}. They are copied once.
     *
     * @throws IllegalArgumentException if there are too few or too many values, or one is NaN or
     *     infinite
     */
    public Builder kernel(OctavePath path, MemorySegment values) {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(values, "values");
      requirePath(path);
      String name = "kernel " + path.shortName();
      long count = values.byteSize() / Float.BYTES;
      if (values.byteSize() % Float.BYTES != 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "%s must be floats of 4 bytes, had %d", name, values.byteSize()));
      }
      requireLength(name, count, spec.weightsShape(path));
      kernels.put(path, finite(name, values.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)));
      return this;
    }

    /**
     * Sets the bias that was trained with a path, one value for each output channel. Two for the
     * same output are added when a plan is built.
     *
     * @throws IllegalArgumentException if there are too few or too many values, or one is NaN or
     *     infinite
     */
    public Builder bias(OctavePath path, float[] values) {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(values, "values");
      requirePath(path);
      String name = "bias " + path.shortName();
      requireLength(name, values.length, new long[] {spec.out().of(path.destination())});
      biases.put(path, finite(name, values.clone()));
      return this;
    }

    /** Sets the only bias of an output, one value for each of its channels. */
    public Builder bias(Frequency output, float[] values) {
      Objects.requireNonNull(output, "output");
      Objects.requireNonNull(values, "values");
      for (OctavePath path : spec.paths()) {
        if (path.destination() == output) {
          return bias(path, values);
        }
      }
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "bias %s: the specification has no such output", output));
    }

    /**
     * Returns the weights.
     *
     * @throws IllegalArgumentException if a path of the specification has no kernel, or two biases
     *     of one output add up to what is no finite number
     */
    public OctaveWeights build() {
      for (OctavePath path : spec.paths()) {
        if (!kernels.containsKey(path)) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "kernel %s is missing; the specification has the paths %s",
                  path.shortName(),
                  spec.paths()));
        }
      }
      OctaveWeights weights =
          new OctaveWeights(spec, new EnumMap<>(kernels), new EnumMap<>(biases), new Object());
      for (Frequency output : Frequency.values()) {
        float[] sum = weights.bias(output);
        if (sum != null) {
          finite(String.format(Locale.ROOT, "the sum of the biases of %s", output), sum);
        }
      }
      return weights;
    }

    private void requirePath(OctavePath path) {
      if (!spec.has(path)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "path %s does not exist: the specification has %s",
                path.shortName(),
                spec.paths()));
      }
    }
  }

  /**
   * Returns these weights, known by a key. Programs that share constants, such as those of a
   * network for several batch sizes, keep weights of equal keys once, in each layout that they are
   * needed in. Weights that were not given a key equal none but themselves.
   *
   * @param key anything with value equality, for instance a record of a layer's name and of what it
   *     is a part of; equal keys must mean equal values
   */
  public OctaveWeights identifiedBy(Object key) {
    return new OctaveWeights(spec, kernels, biases, Objects.requireNonNull(key, "key"));
  }

  /** What the values are; equal identities mean equal values. */
  Object identity() {
    return identity;
  }

  /** Returns the kernel of a path; a copy. */
  public float[] kernel(OctavePath path) {
    return values(path).clone();
  }

  /**
   * Copies a stretch of a path's kernel, which may be too large to be copied as a whole.
   *
   * @param from first value of the kernel
   * @param target where it goes
   * @param at first index there
   * @param count of values
   * @throws IndexOutOfBoundsException if the stretch does not lie inside kernel and target
   */
  public void copyKernel(OctavePath path, int from, float[] target, int at, int count) {
    Objects.requireNonNull(target, "target");
    float[] kernel = values(path);
    requireInside("from", from, count, kernel.length);
    requireInside("at", at, count, target.length);
    System.arraycopy(kernel, from, target, at, count);
  }

  private static void requireInside(String name, int first, int count, int length) {
    if (first < 0 || count < 0 || first > length - count) {
      throw new IndexOutOfBoundsException(
          String.format(
              Locale.ROOT,
              "%s %d and count %d must lie inside the %d values there are",
              name,
              first,
              count,
              length));
    }
  }

  /** The kernel of a path itself, which nobody may change. */
  float[] values(OctavePath path) {
    Objects.requireNonNull(path, "path");
    float[] kernel = kernels.get(path);
    if (kernel == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "no kernel %s, there are %s", path.shortName(), kernels.keySet()));
    }
    return kernel;
  }

  /** Returns the bias of an output, the sum of its paths' ones; null where there is none. */
  public float @Nullable [] bias(Frequency output) {
    Objects.requireNonNull(output, "output");
    float @Nullable [] sum = null;
    for (Map.Entry<OctavePath, float[]> entry : biases.entrySet()) {
      if (entry.getKey().destination() == output) {
        float[] bias = entry.getValue();
        if (sum == null) {
          sum = bias.clone();
        } else {
          for (int i = 0; i < sum.length; i++) {
            sum[i] += bias[i];
          }
        }
      }
    }
    return sum;
  }

  /** Throws unless these weights have what the specification needs. */
  void requireFit(OctaveConv2d other) {
    for (OctavePath path : other.paths()) {
      long[] s = other.weightsShape(path);
      if (!spec.has(path) || !Arrays.equals(spec.weightsShape(path), s)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "weights were made for another specification: path %s needs a kernel (%d, %d, %d, %d)",
                path.shortName(),
                s[0],
                s[1],
                s[2],
                s[3]));
      }
    }
  }

  /** The values themselves, of which each must be a number. */
  private static float[] finite(String name, float[] values) {
    NonFinite.firstIn(values)
        .ifPresent(
            found -> {
              throw new IllegalArgumentException(
                  String.format(Locale.ROOT, "%s must be finite, was %s", name, found));
            });
    return values;
  }

  private static void requireLength(String name, long count, long[] shape) {
    long expected = 1;
    for (long dimension : shape) { // each is at most 2^31-1, so that the product is below 2^62
      expected = Math.min(expected * dimension, (long) Integer.MAX_VALUE + 1);
    }
    if (count != expected) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s must have %s values, had %d",
              name,
              expected > Integer.MAX_VALUE
                  ? String.format(
                      Locale.ROOT, "%s, more than an array can hold,", Arrays.toString(shape))
                  : String.valueOf(expected),
              count));
    }
  }
}
