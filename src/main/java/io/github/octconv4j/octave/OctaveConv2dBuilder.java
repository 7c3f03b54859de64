package io.github.octconv4j.octave;

import java.util.Locale;

/**
 * Collects the parts of an {@link OctaveConv2d}, in any order; {@link #build} checks them.
 *
 * @since 0.1.0
 */
public final class OctaveConv2dBuilder {
  private final int inChannels;
  private final int outChannels;
  private ChannelSplit in;
  private ChannelSplit out;
  private int kernelHeight = 1;
  private int kernelWidth = 1;
  private int stride = 1;
  private Padding padding = Padding.NONE;
  private int dilationHeight = 1;
  private int dilationWidth = 1;
  private Groups groups = Groups.DENSE;
  private StrideRule strideRule = StrideRule.POOL_ALL;
  private SizeRule sizeRule = SizeRule.FLOOR;

  OctaveConv2dBuilder(int inChannels, int outChannels) {
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.in = ChannelSplit.of(inChannels, 0);
    this.out = ChannelSplit.of(outChannels, 0);
  }

  /** Sets the share of low channels, from 0 to 1, of both input and output. */
  public OctaveConv2dBuilder alpha(double alpha) {
    return alpha(alpha, alpha);
  }

  /** Sets the share of low channels, from 0 to 1: of the input, of the output. */
  public OctaveConv2dBuilder alpha(double alphaIn, double alphaOut) {
    in = ChannelSplit.of(inChannels, alphaIn);
    out = ChannelSplit.of(outChannels, alphaOut);
    return this;
  }

  /** Sets explicit splits, whose sums must be the channels. */
  public OctaveConv2dBuilder split(ChannelSplit input, ChannelSplit output) {
    if (input.total() != inChannels || output.total() != outChannels) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "splits must add up to %d input and %d output channels, were %s and %s",
              inChannels,
              outChannels,
              input,
              output));
    }
    in = input;
    out = output;
    return this;
  }

  /** Sets a square kernel. */
  public OctaveConv2dBuilder kernel(int size) {
    return kernel(size, size);
  }

  /** Sets the kernel's rows and columns. */
  public OctaveConv2dBuilder kernel(int height, int width) {
    kernelHeight = height;
    kernelWidth = width;
    return this;
  }

  /** Sets the stride, 1 or 2; any from 1 with {@link StrideRule#MOVE_KERNEL}. */
  public OctaveConv2dBuilder stride(int value) {
    stride = value;
    return this;
  }

  /** Sets the same padding on all four sides. */
  public OctaveConv2dBuilder padding(int size) {
    return padding(new Padding(size, size, size, size));
  }

  /** Sets the padding of each side. */
  public OctaveConv2dBuilder padding(Padding value) {
    padding = value;
    return this;
  }

  /** Sets the dilation of rows and columns; 1 is a dense kernel. */
  public OctaveConv2dBuilder dilation(int size) {
    return dilation(size, size);
  }

  /** Sets the dilation of rows, of columns; 1 is a dense kernel. */
  public OctaveConv2dBuilder dilation(int height, int width) {
    dilationHeight = height;
    dilationWidth = width;
    return this;
  }

  /** Sets so many groups on each path, which must divide its input and output channels. */
  public OctaveConv2dBuilder groups(int count) {
    return groups(Groups.of(count));
  }

  /** Sets which channels mix: {@link Groups#DEPTHWISE} for none. */
  public OctaveConv2dBuilder groups(Groups value) {
    groups = value;
    return this;
  }

  /** Sets what a stride does. */
  public OctaveConv2dBuilder strideRule(StrideRule rule) {
    strideRule = rule;
    return this;
  }

  /** Sets the low part's size where the full one is odd. */
  public OctaveConv2dBuilder sizeRule(SizeRule rule) {
    sizeRule = rule;
    return this;
  }

  /**
   * Returns the specification.
   *
   * @throws IllegalArgumentException if the parts don't fit together; the message names them
   */
  public OctaveConv2d build() {
    return new OctaveConv2d(
        in,
        out,
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
}
