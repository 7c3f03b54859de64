package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.StrideRule;

/** What kernel, stride and padding of an octave convolution mean for its four convolutions. */
public final class Geometry {
  private Geometry() {}

  /** Returns the shape (n, c, h, w) of one frequency of a feature map. */
  public static long[] dims(OctaveShape shape, Frequency frequency, int channels) {
    return frequency == Frequency.HIGH
        ? new long[] {shape.batch(), channels, shape.height(), shape.width()}
        : new long[] {shape.batch(), channels, shape.lowHeight(), shape.lowWidth()};
  }

  /** The kernel and its dilation, without padding. */
  static Window window(OctaveConv2d spec) {
    return Window.of(spec.kernelHeight(), spec.kernelWidth())
        .dilations(spec.dilationHeight() - 1L, spec.dilationWidth() - 1L);
  }

  /** The kernel, its dilation, how far it moves, and the padding. */
  static Window paddedWindow(OctaveConv2d spec) {
    int step = moves(spec) ? spec.stride() : 1;
    Padding padding = spec.padding();
    return window(spec)
        .strides(step, step)
        .padding(
            new long[] {padding.top(), padding.left()},
            new long[] {padding.bottom(), padding.right()});
  }

  /** Whether both parts are pooled before they are convolved. */
  static boolean pools(OctaveConv2d spec) {
    return spec.stride() == 2 && spec.strideRule() != StrideRule.MOVE_KERNEL;
  }

  /** Whether the kernel moves by more than one row and column. */
  static boolean moves(OctaveConv2d spec) {
    return spec.stride() > 1 && spec.strideRule() == StrideRule.MOVE_KERNEL;
  }

  /** Whether the low input goes to the high output without pooling or upsampling. */
  static boolean keepsLow(OctaveConv2d spec) {
    return keepsLow(spec.stride(), spec.strideRule());
  }

  /** Whether the low input goes to the high output without pooling or upsampling. */
  public static boolean keepsLow(int stride, StrideRule rule) {
    return stride == 2 && rule == StrideRule.KEEP_LOW;
  }

  /** How many rows a convolution's result has more than its input; fewer where negative. */
  static long addedRows(OctaveConv2d spec) {
    return (long) spec.padding().top()
        + spec.padding().bottom()
        - reach(spec.kernelHeight(), spec.dilationHeight());
  }

  /** How many columns a convolution's result has more than its input; fewer where negative. */
  static long addedColumns(OctaveConv2d spec) {
    return (long) spec.padding().left()
        + spec.padding().right()
        - reach(spec.kernelWidth(), spec.dilationWidth());
  }

  /** Returns how far the last element of a kernel is from the first one. */
  public static long reach(int kernel, int dilation) {
    return (long) dilation * (kernel - 1);
  }
}
