package io.github.octconv4j.nn;

import io.github.octconv4j.text.Checks;
import java.util.List;
import java.util.Locale;

/**
 * How long something took each time, counted in buckets.
 *
 * @param count how often it happened
 * @param totalNanos all of it together
 * @param maxNanos the longest
 * @param buckets by duration, the shortest first; the last one has no end
 * @since 0.1.0
 */
public record Latencies(long count, long totalNanos, long maxNanos, List<Bucket> buckets) {

  /**
   * How often it took so long.
   *
   * @param upToNanos the longest that counts here; {@link Long#MAX_VALUE} in the last bucket
   * @param count how often it took no longer, and longer than in the bucket before
   */
  public record Bucket(long upToNanos, long count) {
    /** Checks the values. */
    public Bucket {
      if (upToNanos < 0 || count < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "upToNanos and count must be at least 0, were %d and %d",
                upToNanos,
                count));
      }
    }
  }

  /** Copies the list. */
  public Latencies {
    buckets = Checks.list("buckets", buckets);
  }

  /**
   * Returns how often it took no longer than a bucket's end.
   *
   * @param bucket its index
   * @throws IndexOutOfBoundsException if there is no such bucket
   */
  public long upTo(int bucket) {
    if (bucket < 0 || bucket >= buckets.size()) {
      throw new IndexOutOfBoundsException(
          String.format(Locale.ROOT, "bucket must be 0 to %d, was %d", buckets.size() - 1, bucket));
    }
    return buckets.stream().limit(bucket + 1L).mapToLong(Bucket::count).sum();
  }

  /**
   * Returns a bucket's end as Prometheus writes it in {@code le}: seconds, or {@code +Inf}.
   *
   * @param upToNanos at least 0
   */
  public static String seconds(long upToNanos) {
    return upToNanos == Long.MAX_VALUE ? "+Inf" : Double.toString(upToNanos / 1e9);
  }

  /**
   * Returns a duration, in nanoseconds, that so large a share did not exceed: the end of the bucket
   * in which it lies, or the longest of all where that is less; 0 where nothing was counted.
   *
   * @param share 0 to 1, for instance .5 for the median
   */
  public long quantile(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share must be 0 to 1, was " + share);
    }
    long all = buckets.stream().mapToLong(Bucket::count).sum();
    long below = 0;
    for (Bucket bucket : buckets) {
      below += bucket.count();
      if (bucket.count() > 0 && below >= share * all) {
        return Math.min(bucket.upToNanos(), maxNanos);
      }
    }
    return 0;
  }
}
