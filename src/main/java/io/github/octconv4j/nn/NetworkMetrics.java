package io.github.octconv4j.nn;

import io.github.octconv4j.octave.PlanStatistics;
import java.util.Objects;

/**
 * What a {@link Network} did since it was made, and what it has now. Counts and durations only
 * grow.
 *
 * @param network its name
 * @param runsAtOnce turns that there are at once
 * @param runningNow turns that are taken now
 * @param waitingNow threads that wait for a turn
 * @param rejected turns that were not taken: their time had come, or the thread was interrupted
 * @param failed turns that ended with an exception
 * @param waiting how long each turn was waited for
 * @param running how long each turn took
 * @param plans runs of all predictors and by names, and the caches of plans
 * @param weightBytes native memory of the weights
 * @since 0.1.0
 */
public record NetworkMetrics(
    String network,
    int runsAtOnce,
    int runningNow,
    int waitingNow,
    long rejected,
    long failed,
    Latencies waiting,
    Latencies running,
    PlanStatistics plans,
    long weightBytes) {
  /** Checks the values. */
  public NetworkMetrics {
    Objects.requireNonNull(network, "network");
    Objects.requireNonNull(waiting, "waiting");
    Objects.requireNonNull(running, "running");
    Objects.requireNonNull(plans, "plans");
  }
}
