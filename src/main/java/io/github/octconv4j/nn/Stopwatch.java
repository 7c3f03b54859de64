package io.github.octconv4j.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** Counts durations; allocates nothing. Thread-safe. */
final class Stopwatch {
  private static final long MICRO = 1_000;
  private static final long MILLI = 1_000 * MICRO;

  /** The ends of the buckets but for the last, in nanoseconds. */
  private static final long[] ENDS = {
    50 * MICRO,
    100 * MICRO,
    250 * MICRO,
    500 * MICRO,
    MILLI,
    2_500 * MICRO,
    5 * MILLI,
    10 * MILLI,
    25 * MILLI,
    50 * MILLI,
    100 * MILLI,
    250 * MILLI,
    500 * MILLI,
    1_000 * MILLI,
    2_500 * MILLI,
    5_000 * MILLI,
    10_000 * MILLI,
  };

  private final AtomicLongArray counts = new AtomicLongArray(ENDS.length + 1);
  private final LongAdder total = new LongAdder();
  private final LongAccumulator longest = new LongAccumulator(Math::max, 0);

  void count(long nanos) {
    int bucket = 0;
    while (bucket < ENDS.length && nanos > ENDS[bucket]) {
      bucket++;
    }
    counts.incrementAndGet(bucket);
    total.add(nanos);
    longest.accumulate(nanos);
  }

  Latencies latencies() {
    List<Latencies.Bucket> buckets = new ArrayList<>();
    long count = 0;
    for (int i = 0; i <= ENDS.length; i++) {
      long each = counts.get(i);
      count += each;
      buckets.add(new Latencies.Bucket(i < ENDS.length ? ENDS[i] : Long.MAX_VALUE, each));
    }
    return new Latencies(count, total.sum(), longest.get(), buckets);
  }
}
