package io.github.octconv4j.serving;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/**
 * How a {@link Batcher} collects requests.
 *
 * @param most images in one run, 1 to 1024
 * @param delay how long the first request of a batch waits for others at most; zero takes what is
 *     there
 * @param capacity requests that may wait, at least {@code most}; more are rejected
 * @since 0.1.0
 */
public record BatchOptions(int most, Duration delay, int capacity) {
  private static final int LIMIT = 1024;

  /** Checks the values. */
  public BatchOptions {
    Objects.requireNonNull(delay, "delay");
    if (most < 1 || most > LIMIT) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "most must be 1 to %d, was %d", LIMIT, most));
    }
    if (delay.isNegative() || delay.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new IllegalArgumentException("delay must be zero to a minute, was " + delay);
    }
    if (capacity < most) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "capacity must be at least %d, was %d", most, capacity));
    }
  }

  /**
   * Returns options of up to so many images, a delay of a millisecond and a queue of 16 batches.
   */
  public static BatchOptions of(int most) {
    return new BatchOptions(most, Duration.ofMillis(1), 16 * Math.max(1, most));
  }
}
