package io.github.octconv4j.octave;

import java.util.Locale;

/**
 * How the channels of a feature map are divided between the frequencies.
 *
 * @param high channels at full resolution, at least 0
 * @param low channels at half resolution, at least 0
 * @since 0.1.0
 */
public record ChannelSplit(int high, int low) {
  /** Checks that there is at least one channel. */
  public ChannelSplit {
    if (high < 0 || low < 0 || high > Integer.MAX_VALUE - low || high + low == 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a channel split needs high and low of at least 0 and one channel in all, was high %d, low %d",
              high,
              low));
    }
  }

  /**
   * Divides {@code channels} by the share of the low frequency: {@code low = (int) (alpha *
   * channels)} in double arithmetic, truncated, and the rest is high. Source: Chen et al., "Drop an
   * Octave", ICCV 2019, section 3.
   *
   * @param channels at least 1
   * @param alpha from 0 to 1
   */
  public static ChannelSplit of(int channels, double alpha) {
    if (channels < 1) {
      throw new IllegalArgumentException("channels must be at least 1, was " + channels);
    }
    if (!(alpha >= 0 && alpha <= 1)) {
      throw new IllegalArgumentException("alpha must be from 0 to 1, was " + alpha);
    }
    int low = (int) (alpha * channels);
    return new ChannelSplit(channels - low, low);
  }

  /** Returns the channels of both frequencies. */
  public int total() {
    return high + low;
  }

  /** Returns the channels of one frequency. */
  public int of(Frequency frequency) {
    return frequency == Frequency.HIGH ? high : low;
  }

  /** Returns whether both frequencies have channels. */
  public boolean hasBoth() {
    return high > 0 && low > 0;
  }
}
