package io.github.octconv4j.spark;

import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.nn.Predictor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.TaskKilledException;

/**
 * A lease of the executor's network with a predictor: what one task has, on one thread at a time.
 */
final class Scorer implements AutoCloseable {
  private final Scoring scoring;
  private final SharedNetworks.Lease lease;
  private final NetworkInfo info;
  private final List<String> labels;
  private final Predictor predictor;

  private float[] results = {}; // of the last run
  private long inputNanos; // since the last run

  private Scorer(Scoring scoring, SharedNetworks.Lease lease, int cpus) {
    this.scoring = scoring;
    this.lease = lease;
    Network network = lease.network();
    info = network.info();
    labels = scoring.labels().isEmpty() ? info.labels() : scoring.labels();
    if (labels.size() != info.labels().size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "labels has %d texts, the network %s has %d classes",
              labels.size(),
              info.name(),
              info.labels().size()));
    }
    int threads = scoring.threads() == 0 ? cpus : scoring.threads();
    predictor = network.predictor(scoring.batch(), scoring.type().options(threads));
  }

  /**
   * Opens the network, loading it where nobody has.
   *
   * @param cpus that Spark gives the task
   */
  static Scorer open(Scoring scoring, int cpus) {
    long start = System.nanoTime();
    SharedNetworks.Lease lease;
    try {
      lease = SharedNetworks.OF_EXECUTOR.lease(scoring.source(), scoring.idle());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TaskKilledException("interrupted while the network was loaded");
    }
    try {
      Scorer scorer = new Scorer(scoring, lease, cpus);
      scoring.metrics().countOpen(System.nanoTime() - start);
      return scorer;
    } catch (RuntimeException | Error e) {
      lease.close();
      throw e;
    }
  }

  /** Puts a row's input into the batch. */
  void set(int index, Input input, Object value) throws RejectedRowException {
    long start = System.nanoTime();
    try {
      input.set(predictor, info, index, value);
    } finally {
      inputNanos += System.nanoTime() - start;
    }
  }

  /** Runs the network on the batch, whose inputs that were not set are what they were before. */
  void run() {
    long start = System.nanoTime();
    predictor.run();
    results = predictor.output().floats();
    scoring.metrics().countRun(inputNanos, System.nanoTime() - start);
    inputNanos = 0;
  }

  /** Returns what a row of the batch gets, and counts it; for each row once. */
  Object result(int index) throws RejectedRowException {
    int each = labels.size();
    float[] own = Arrays.copyOfRange(results, index * each, (index + 1) * each);
    try {
      Object result = scoring.output().of(lease.network(), labels, scoring.top(), own);
      scoring.metrics().countRow();
      return result;
    } catch (IllegalArgumentException e) {
      throw new RejectedRowException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    try {
      predictor.close();
    } finally {
      lease.close();
    }
  }
}
