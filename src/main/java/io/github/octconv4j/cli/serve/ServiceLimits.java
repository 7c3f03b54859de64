package io.github.octconv4j.cli.serve;

import java.time.Duration;
import java.util.Locale;

/**
 * What a {@link ClassificationService} takes from strangers.
 *
 * @param bodyBytes of one request, 1 to 1 GiB
 * @param pixels of one picture
 * @param heldBytes of all bodies that are in memory at once, at least those of one
 * @param grace how long requests that have begun may take when the service stops
 */
public record ServiceLimits(long bodyBytes, long pixels, long heldBytes, Duration grace) {
  private static final long MOST_BYTES = 1L << 30;

  /** 8 MiB, 25 million pixels, a quarter of the heap, ten seconds. */
  public static ServiceLimits standard() {
    return of(8L << 20);
  }

  /** The standard limits with another one of the body. */
  public static ServiceLimits of(long bodyBytes) {
    long quarter = Runtime.getRuntime().maxMemory() / 4;
    return new ServiceLimits(
        bodyBytes, 25_000_000, Math.max(quarter, bodyBytes), Duration.ofSeconds(10));
  }

  /** Checks the values. */
  public ServiceLimits {
    if (bodyBytes < 1 || bodyBytes > MOST_BYTES || heldBytes < bodyBytes || pixels < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "bodyBytes must be 1 to %d, heldBytes at least that and pixels at least 1, were %d, %d and %d",
              MOST_BYTES,
              bodyBytes,
              heldBytes,
              pixels));
    }
  }
}
