package io.github.octconv4j.cli.shapes;

import java.util.ArrayList;
import java.util.List;

/**
 * What came of a case.
 *
 * @param trials what was run, for the curious
 * @param failures one line for each trial that failed; the case passed if there are none and it was
 *     not skipped
 * @param skipped why it was not run, empty if it was
 */
public record Outcome(List<String> trials, List<String> failures, String skipped) {
  /** Copies the lists. */
  public Outcome {
    trials = List.copyOf(trials);
    failures = List.copyOf(failures);
  }

  static Outcome skippedFor(String reason) {
    return new Outcome(List.of(), List.of(), reason);
  }

  static Outcome failedFor(String reason) {
    return new Outcome(List.of(), List.of(reason), "");
  }

  /** Whether something was wrong. */
  public boolean isFailed() {
    return !failures.isEmpty();
  }

  /** Whether it was not run, or not all of it. */
  public boolean isSkipped() {
    return !isFailed() && !skipped.isEmpty();
  }

  /** Whether all was run and right. */
  public boolean isPassed() {
    return !isFailed() && !isSkipped();
  }

  /** Returns both outcomes as one. */
  Outcome and(Outcome other) {
    return new Outcome(
        joined(trials, other.trials),
        joined(failures, other.failures),
        skipped.isEmpty() ? other.skipped : skipped);
  }

  private static List<String> joined(List<String> some, List<String> more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }
}
