package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.octave.plan.Geometry;
import io.github.octconv4j.octave.plan.OctaveSizes;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * Specifies an octave convolution: everything but weights and the size of the image. An immutable
 * value that checks itself.
 *
 * <pre>{@code
 * y_h = conv(x_h, W_hh) + up(conv(x_l, W_lh))     up   = nearest, factor 2, after the convolution
 * y_l = conv(x_l, W_ll) + conv(pool(x_h), W_hl)   pool = 2x2 average, stride 2, before it
 * }</pre>
 *
 * <p>A split with no low input is the first layer of a network, one with no low output the last;
 * with neither it is a plain convolution. Source: Chen et al., "Drop an Octave", ICCV 2019 (arXiv
 * 1904.05049).
 *
 * <p>Implementations disagree about the rest; the rules are options, each explained in one place:
 *
 * <ul>
 *   <li>how many channels are low: {@link ChannelSplit};
 *   <li>a stride of 2: {@link StrideRule};
 *   <li>odd sizes, in pooling and upsampling: {@link SizeRule};
 *   <li>which padding lets both terms of {@code y_h} be added: {@link Padding};
 *   <li>one bias for each output, or for each path: {@link OctaveWeights};
 *   <li>groups and depthwise convolutions: {@link Groups}.
 * </ul>
 *
 * @param in input channels of each frequency
 * @param out output channels of each frequency
 * @param kernelHeight rows of each kernel, at least 1
 * @param kernelWidth columns of each kernel, at least 1
 * @param stride 1 or 2, or any from 1 with {@link StrideRule#MOVE_KERNEL}
 * @param padding zeros around each convolution's input
 * @param dilationHeight distance of kernel rows, at least 1, as PyTorch counts: 1 is dense
 * @param dilationWidth distance of kernel columns, at least 1
 * @param groups of channels that don't mix
 * @param strideRule what a stride does
 * @param sizeRule the low part's size where the full one is odd
 * @since 0.1.0
 */
public record OctaveConv2d(
    ChannelSplit in,
    ChannelSplit out,
    int kernelHeight,
    int kernelWidth,
    int stride,
    Padding padding,
    int dilationHeight,
    int dilationWidth,
    Groups groups,
    StrideRule strideRule,
    SizeRule sizeRule) {

  /** Checks the values and that the paths' results can be added. */
  public OctaveConv2d {
    Objects.requireNonNull(in, "in");
    Objects.requireNonNull(out, "out");
    Objects.requireNonNull(padding, "padding");
    Objects.requireNonNull(groups, "groups");
    Objects.requireNonNull(strideRule, "strideRule");
    Objects.requireNonNull(sizeRule, "sizeRule");
    if (kernelHeight < 1 || kernelWidth < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "kernel must be at least 1x1, was %dx%d", kernelHeight, kernelWidth));
    }
    if (strideRule == StrideRule.MOVE_KERNEL) {
      if (stride < 1 || in.low() > 0 || out.low() > 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "MOVE_KERNEL needs a stride of at least 1 and no low parts, had stride %d, %s and %s",
                stride,
                in,
                out));
      }
    } else if (stride != 1 && stride != 2) {
      throw new IllegalArgumentException("stride must be 1 or 2, was " + stride);
    }
    if (dilationHeight < 1 || dilationWidth < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "dilation must be at least 1 (1 is a dense kernel), was %dx%d",
              dilationHeight,
              dilationWidth));
    }
    if (groups.depthwise() && in.hasBoth() && !out.hasBoth()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "depthwise needs both outputs where it has both inputs, was %s to %s",
              in,
              out));
    }
    for (OctavePath path : OctavePath.values()) {
      if (exists(path, in, out, groups)) {
        int source = in.of(path.source());
        int destination = out.of(path.destination());
        int g = groups.depthwise() ? source : groups.count();
        if (source % g != 0 || destination % g != 0) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "groups %d does not divide path %s, which has %d input and %d output channels%s",
                  g,
                  path.shortName(),
                  source,
                  destination,
                  g == in.total() ? "; DEPTHWISE convolves every channel alone" : ""));
        }
      }
    }
    if (!Geometry.keepsLow(stride, strideRule)
        && exists(OctavePath.HH, in, out, groups)
        && exists(OctavePath.LH, in, out, groups)) {
      long wantedRows = Geometry.reach(kernelHeight, dilationHeight);
      long wantedColumns = Geometry.reach(kernelWidth, dilationWidth);
      long rows = padding.vertical() - wantedRows;
      long columns = padding.horizontal() - wantedColumns;
      if (rows != 0 || columns != 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "padding %d rows, %d columns in all: high %s and upsampled low %s can't be added; with kernel %dx%d and dilation %dx%d it must be %d rows, %d columns",
                padding.vertical(),
                padding.horizontal(),
                grown(rows, columns),
                grown(2 * rows, 2 * columns),
                kernelHeight,
                kernelWidth,
                dilationHeight,
                dilationWidth,
                wantedRows,
                wantedColumns));
      }
    }
  }

  /** The size of what was h x w, for instance {@code (h-2)x(w+1)}. */
  private static String grown(long rows, long columns) {
    return String.format(Locale.ROOT, "(h%+d)x(w%+d)", rows, columns);
  }

  /**
   * Begins a specification: a dense 1x1 convolution with default rules, to be refined.
   *
   * @param inChannels of both frequencies together
   * @param outChannels of both frequencies together
   */
  public static OctaveConv2dBuilder of(int inChannels, int outChannels) {
    return new OctaveConv2dBuilder(inChannels, outChannels);
  }

  /**
   * Makes the convolution ready to run on one thread, with the other defaults of {@link
   * PlanOptions#DEFAULT} too; plans are built at the first use of each image size.
   *
   * @throws IllegalArgumentException if the weights were made for another specification
   * @throws IllegalStateException if the engine is closed
   */
  public OctaveLayer on(Engine engine, OctaveWeights weights) {
    return on(engine, weights, PlanOptions.DEFAULT);
  }

  /**
   * Makes the convolution ready to run with other options.
   *
   * @throws DnnException if this processor can't compute in the options' type; {@link
   *     PlanOptions#fastest} takes one that it can compute in
   * @throws IllegalArgumentException if the weights were made for another specification
   * @throws IllegalStateException if the engine is closed
   */
  public OctaveLayer on(Engine engine, OctaveWeights weights, PlanOptions options) {
    return on(engine, weights, Activation.NONE, options);
  }

  /**
   * Makes the convolution and a function of its results ready to run; the function costs no pass of
   * its own.
   *
   * @param activation applied to both outputs
   * @throws DnnException if this processor can't compute in the options' type; {@link
   *     PlanOptions#fastest} takes one that it can compute in
   * @throws IllegalArgumentException if the weights were made for another specification
   * @throws IllegalStateException if the engine is closed
   */
  public OctaveLayer on(
      Engine engine, OctaveWeights weights, Activation activation, PlanOptions options) {
    return new OctaveLayer(engine, this, weights, activation, options);
  }

  /** Returns this convolution between other channels. */
  public OctaveConv2d withChannels(ChannelSplit input, ChannelSplit output) {
    return new OctaveConv2d(
        input,
        output,
        kernelHeight,
        kernelWidth,
        stride,
        padding,
        dilationHeight,
        dilationWidth,
        groups,
        strideRule,
        sizeRule);
  }

  /** Returns the paths that have channels on both ends. */
  public Set<OctavePath> paths() {
    Set<OctavePath> paths = EnumSet.noneOf(OctavePath.class);
    for (OctavePath path : OctavePath.values()) {
      if (has(path)) {
        paths.add(path);
      }
    }
    return paths;
  }

  /** Returns whether this has a path. */
  public boolean has(OctavePath path) {
    Objects.requireNonNull(path, "path");
    return exists(path, in, out, groups);
  }

  /** Returns the groups of a path's convolution. */
  public int groups(OctavePath path) {
    Objects.requireNonNull(path, "path");
    return groups.depthwise() ? in.of(path.source()) : groups.count();
  }

  /** Returns the shape (out, in / groups, kh, kw) of a path's weights; where no channels are, 0. */
  public long[] weightsShape(OctavePath path) {
    Objects.requireNonNull(path, "path");
    int inputs = in.of(path.source());
    return new long[] {
      out.of(path.destination()),
      inputs == 0 ? 0 : inputs / groups(path), // which has none of them either, if depthwise
      kernelHeight,
      kernelWidth
    };
  }

  /**
   * Returns the size of the output.
   *
   * @throws IllegalArgumentException if there would be none; the message names both sizes
   */
  public OctaveShape outputShape(OctaveShape input) {
    Objects.requireNonNull(input, "input");
    return OctaveSizes.of(this, input).output();
  }

  /** Returns the multiply-adds of one run; pooling and upsampling count as none. */
  public long multiplyAdds(OctaveShape input) {
    Objects.requireNonNull(input, "input");
    return OctaveSizes.multiplyAdds(this, input);
  }

  private static boolean exists(OctavePath path, ChannelSplit in, ChannelSplit out, Groups groups) {
    boolean exchanges = path.source() != path.destination();
    boolean apart = groups.depthwise() && in.hasBoth() && out.hasBoth();
    return in.of(path.source()) > 0 && out.of(path.destination()) > 0 && !(exchanges && apart);
  }
}
