package io.github.octconv4j.octave;

/**
 * Which channels of an octave convolution mix: {@link #of} cuts input and output channels of each
 * path into groups, {@link #DEPTHWISE} convolves every channel alone.
 *
 * @param count groups of each path, at least 1, which is a dense convolution; 1 if depthwise
 * @param depthwise whether each path has a group for each of its input channels. With two inputs
 *     and two outputs there is no exchange between the frequencies then: {@code y_h = conv(x_h,
 *     W_hh)} and {@code y_l = conv(x_l, W_ll)}
 * @since 0.1.0
 */
public record Groups(int count, boolean depthwise) {
  /** One group: each output channel reads all input channels of its path. */
  public static final Groups DENSE = new Groups(1, false);

  /** A group for each input channel, with one or more output channels. */
  public static final Groups DEPTHWISE = new Groups(1, true);

  /** Checks the count. */
  public Groups {
    if (count < 1) {
      throw new IllegalArgumentException("groups must be at least 1, was " + count);
    }
    if (depthwise && count > 1) {
      throw new IllegalArgumentException("count must be 1 where depthwise, was " + count);
    }
  }

  /** Returns so many groups on each path, which must divide its input and output channels. */
  public static Groups of(int count) {
    return new Groups(count, false);
  }

  /** Returns whether all channels of a path mix. */
  public boolean isDense() {
    return count == 1 && !depthwise;
  }

  /** Returns the count, or {@code depthwise}. */
  @Override
  public String toString() {
    return depthwise ? "depthwise" : String.valueOf(count);
  }
}
