package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;

/** Adds the steps of one octave convolution to a program. The sums are post-ops, no passes. */
final class OctaveConvolutionSteps {
  private final OctaveProgramBuilder builder;
  private final String name;
  private final OctaveConv2d spec;
  private final OctaveWeights weights;
  private final PostOps first;
  private final boolean accumulate;
  private final Activation activation;

  OctaveConvolutionSteps(
      OctaveProgramBuilder builder,
      String name,
      OctaveConv2d spec,
      OctaveWeights weights,
      boolean accumulate,
      Activation activation) {
    this.builder = builder;
    this.name = name;
    this.spec = spec;
    this.weights = weights;
    this.first = accumulate ? PostOps.NONE.sum() : PostOps.NONE;
    this.accumulate = accumulate;
    this.activation = activation;
  }

  void add(OctaveOperand x, OctaveOperand y) {
    Operand high = x.high() == null || spec.stride() == 1 ? x.high() : pooled(x.high());
    Operand low = x.low() == null || spec.stride() == 1 ? x.low() : strided(x.low());
    if (y.high() != null) {
      addHigh(high, OctaveSizes.keepsLow(spec) ? x.low() : low, y.high());
    }
    if (y.low() != null) {
      addLow(high, low, y.low());
    }
  }

  /** The pooled low part, where a path needs it. */
  private Operand strided(Operand low) {
    boolean needed = spec.has(OctavePath.LL) || (spec.has(OctavePath.LH) && !OctaveSizes.keepsLow(spec));
    return needed ? pooled(low) : null;
  }

  private Operand pooled(Operand operand) {
    return builder.pooled(operand, spec.sizeRule());
  }

  /** {@code y = conv(high, W_hh) + up(conv(low, W_lh))}, without {@code up} where low is kept. */
  private void addHigh(Operand high, Operand low, Operand y) {
    float[] bias = weights.bias(Frequency.HIGH);
    if (!spec.has(OctavePath.LH)) {
      convolution(OctavePath.HH, high, y, bias, activation.after(first));
    } else if (OctaveSizes.keepsLow(spec)) {
      boolean both = spec.has(OctavePath.HH);
      if (both) {
        convolution(OctavePath.HH, high, y, bias, first);
      }
      convolution(
          OctavePath.LH, low, y, both ? null : bias, activation.after(both ? PostOps.NONE.sum() : first));
    } else if (!spec.has(OctavePath.HH)) {
      // Bias and, without a sum, the activation commute with copying: do them at low resolution.
      Activation early = accumulate ? Activation.NONE : activation;
      Activation late = accumulate ? activation : Activation.NONE;
      Operand small = smallLike(low, y);
      convolution(OctavePath.LH, low, small, bias, early.after(PostOps.NONE));
      builder.upsample(name + ".up", small, y, accumulate, late);
    } else {
      Operand small = smallLike(low, y);
      convolution(OctavePath.LH, low, small, null, PostOps.NONE);
      boolean exact =
          2 * small.desc().dim(2) == y.desc().dim(2) && 2 * small.desc().dim(3) == y.desc().dim(3);
      if (exact) {
        convolution(OctavePath.HH, high, y, bias, first);
        builder.upsample(name + ".up", small, y, true, activation);
      } else {
        builder.upsample(name + ".up", small, y, accumulate, Activation.NONE);
        convolution(OctavePath.HH, high, y, bias, activation.after(PostOps.NONE.sum()));
      }
    }
  }

  /** {@code y = conv(low, W_ll) + conv(pool(high), W_hl)}. */
  private void addLow(Operand high, Operand low, Operand y) {
    float[] bias = weights.bias(Frequency.LOW);
    boolean both = spec.has(OctavePath.LL) && spec.has(OctavePath.HL);
    if (spec.has(OctavePath.LL)) {
      convolution(OctavePath.LL, low, y, bias, both ? first : activation.after(first));
    }
    if (spec.has(OctavePath.HL)) {
      convolution(
          OctavePath.HL,
          pooled(high),
          y,
          both ? null : bias,
          activation.after(both ? PostOps.NONE.sum() : first));
    }
  }

  /** Memory for a convolution of the low part that is to be upsampled to {@code y}. */
  private Operand smallLike(Operand low, Operand y) {
    Padding p = spec.padding();
    long height =
        low.desc().dim(2) + p.vertical() - (long) spec.dilationHeight() * (spec.kernelHeight() - 1);
    long width =
        low.desc().dim(3)
            + p.horizontal()
            - (long) spec.dilationWidth() * (spec.kernelWidth() - 1);
    return builder
        .program()
        .temporary(
            name + ".lh", builder.internal(y.desc().dim(0), y.desc().dim(1), height, width));
  }

  private void convolution(OctavePath path, Operand x, Operand y, float[] bias, PostOps postOps) {
    builder.convolution(
        name + "." + path.shortName(), spec, path, weights.kernel(path), bias, x, y, postOps);
  }
}
