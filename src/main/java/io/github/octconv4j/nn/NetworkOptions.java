package io.github.octconv4j.nn;

import io.github.octconv4j.octave.PlanOptions;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Objects;

/**
 * How a {@link Network} serves those who call it without a predictor of their own.
 *
 * @param plans how its plans are built: threads of a run, element type, tuning, choices, memory
 *     limit
 * @param runsAtOnce how many runs there are at once, 1 to 1024; who comes later waits in turn
 * @param patience how long one waits for a turn before the run is refused; {@link #FOREVER} for any
 *     time, zero for not at all
 * @since 0.1.0
 */
public record NetworkOptions(PlanOptions plans, int runsAtOnce, Duration patience) {
  /** A patience without an end. */
  public static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

  /** {@link PlanOptions#DEFAULT}, as many runs at once as there are processors, any patience. */
  public static final NetworkOptions DEFAULT = of(PlanOptions.DEFAULT);

  private static final int MOST_RUNS = 1024;

  /** Checks the values. */
  public NetworkOptions {
    Objects.requireNonNull(plans, "plans");
    Objects.requireNonNull(patience, "patience");
    if (runsAtOnce < 1 || runsAtOnce > MOST_RUNS) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "runsAtOnce must be 1 to %d, was %d", MOST_RUNS, runsAtOnce));
    }
    if (patience.isNegative()) {
      throw new IllegalArgumentException("patience must not be negative, was " + patience);
    }
  }

  /**
   * Returns options with as many runs at once as the machine can serve: its processors, of which a
   * container may have fewer than the machine, divided by the threads of a run, at least one.
   */
  public static NetworkOptions of(PlanOptions plans) {
    Objects.requireNonNull(plans, "plans");
    int processors = Runtime.getRuntime().availableProcessors();
    int runs = Math.clamp(processors / plans.threads(), 1, MOST_RUNS);
    return new NetworkOptions(plans, runs, FOREVER);
  }

  /** Returns these options with another number of runs at once. */
  public NetworkOptions runsAtOnce(int value) {
    return new NetworkOptions(plans, value, patience);
  }

  /** Returns these options with another patience. */
  public NetworkOptions patience(Duration value) {
    return new NetworkOptions(plans, runsAtOnce, value);
  }
}
