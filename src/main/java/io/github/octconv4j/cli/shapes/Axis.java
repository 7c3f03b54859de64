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
record Axis(int input, int output, int kernel, int stride, int dilation, int left) {
  /** A dimension that the problem does not have. */
  static final Axis UNIT = new Axis(1, 1, 1, 1, 0, 0);

  /** Inputs from the first tap to the last one. */
  long extent() {
    return extent(kernel, dilation);
  }

  static long extent(long kernel, long dilation) {
    return (kernel - 1) * (dilation + 1) + 1;
  }

  /** Padding after the last input, which follows from the rest; negative where inputs are unread. */
  long right() {
    return (output - 1L) * stride - input + extent() - left;
  }

  /** Returns the input that a tap of an output reads, which may lie in the padding. */
  int inputOf(int out, int tap) {
    return out * stride - left + tap * (dilation + 1);
  }

  /** Returns the first tap of an output that does not lie in the left padding. */
  int firstTap(int out) {
    int before = left - out * stride;
    return before <= 0 ? 0 : Math.min(kernel, Math.ceilDiv(before, dilation + 1));
  }

  /** Returns one more than the last tap that does not lie in the right padding. */
  int endTap(int out) {
    int inside = input - 1 + left - out * stride;
    return inside < 0 ? 0 : Math.min(kernel, inside / (dilation + 1) + 1);
  }

  /** Whether each output reads at least one input. */
  boolean windowsMeetInput() {
    for (int o = 0; o < output; o++) {
      if (firstTap(o) >= endTap(o)) {
        return false;
      }
    }
    return true;
  }
}
