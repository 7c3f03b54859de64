package io.github.octconv4j.cli.shapes;

/**
 * One spatial dimension of a problem. Output {@code o} of a kernel reads the inputs {@code o *
 * stride - left + k * (dilation + 1)} for each tap {@code k} of the kernel, those outside of the
 * input being padding.
 *
 * @param input size of the source
 * @param output size of the destination
 * @param kernel taps of the kernel, 1 without one
 * @param stride step between outputs
 * @param dilation inputs left out between taps, 0 for a dense kernel
 * @param left padding before the first input
 */
public record Axis(long input, long output, long kernel, long stride, long dilation, long left) {
  /** A dimension that the problem does not have. */
  static final Axis UNIT = new Axis(1, 1, 1, 1, 0, 0);

  /** Inputs from the first tap to the last one. */
  long extent() {
    return extent(kernel, dilation);
  }

  static long extent(long kernel, long dilation) {
    return (kernel - 1) * (dilation + 1) + 1;
  }

  /**
   * Padding after the last input, which follows from the rest; negative where inputs are unread.
   */
  public long right() {
    return Math.multiplyExact(output - 1, stride) - input + extent() - left;
  }

  /** Returns the input that a tap of an output reads, which must not lie in the padding. */
  int inputOf(long out, long tap) {
    return (int) (out * stride - left + tap * (dilation + 1));
  }

  /** Returns the first tap of an output that does not lie in the left padding. */
  int firstTap(long out) {
    long before = left - out * stride;
    return before <= 0 ? 0 : (int) Math.min(kernel, Math.ceilDiv(before, dilation + 1));
  }

  /** Returns one more than the last tap that does not lie in the right padding. */
  int endTap(long out) {
    long inside = input - 1 + left - out * stride;
    return inside < 0 ? 0 : (int) Math.min(kernel, inside / (dilation + 1) + 1);
  }

  /** Whether each output reads at least one input, and no kernel steps over the input. */
  boolean windowsMeetInput() {
    return dilation < input && firstTap(0) < kernel && endTap(output - 1) > 0;
  }
}
