package io.github.octconv4j.spark;

import java.io.Serializable;
import java.time.Duration;
import java.util.Locale;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * What was done so far by all executors, in Spark's accumulators, which its web pages show for each
 * stage and task. They grow as tasks end. Work that Spark does twice counts twice: that of lost
 * executors, of speculative copies, and of results that are computed again because they were not
 * kept.
 *
 * @since 0.1.0
 */
public final class ScoringMetrics implements Serializable {
  private static final long serialVersionUID = 1L;

  private final LongAccumulator rows;
  private final LongAccumulator errors;
  private final LongAccumulator batches;
  private final LongAccumulator inputNanos;
  private final LongAccumulator runNanos;
  private final LongAccumulator openNanos;

  ScoringMetrics(SparkContext context) {
    rows = context.longAccumulator("octconv4j rows");
    errors = context.longAccumulator("octconv4j errors");
    batches = context.longAccumulator("octconv4j batches");
    inputNanos = context.longAccumulator("octconv4j input ns");
    runNanos = context.longAccumulator("octconv4j run ns");
    openNanos = context.longAccumulator("octconv4j open ns");
  }

  /** Returns the rows that were scored, without those that could not be. */
  public long rows() {
    return rows.sum();
  }

  /** Returns the rows that could not be scored. */
  public long errors() {
    return errors.sum();
  }

  /** Returns the runs of the network, each with up to a batch of rows. */
  public long batches() {
    return batches.sum();
  }

  /**
   * Returns the time in which pictures were decoded, scaled and normalised, of all tasks together.
   */
  public Duration inputTime() {
    return Duration.ofNanos(inputNanos.sum());
  }

  /** Returns the time in which the network ran, of all tasks together. */
  public Duration runTime() {
    return Duration.ofNanos(runNanos.sum());
  }

  /**
   * Returns the time in which tasks waited for the network: for its file, the native library and
   * its plans, of all tasks together.
   */
  public Duration openTime() {
    return Duration.ofNanos(openNanos.sum());
  }

  void countRow() {
    rows.add(1L);
  }

  void countRun(long inputs, long run) {
    batches.add(1L);
    inputNanos.add(inputs);
    runNanos.add(run);
  }

  void countError() {
    errors.add(1L);
  }

  void countOpen(long nanos) {
    openNanos.add(nanos);
  }

  /**
   * Returns for instance {@code 2000 rows, 2 errors, 125 batches, 0.1 s for inputs, 0.4 s in runs,
   * 1.2 s to open}.
   */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d rows, %d errors, %d batches, %.1f s for inputs, %.1f s in runs, %.1f s to open",
        rows(),
        errors(),
        batches(),
        inputTime().toNanos() / 1e9,
        runTime().toNanos() / 1e9,
        openTime().toNanos() / 1e9);
  }
}
