package io.github.octconv4j.spark;

import java.io.Serializable;
import java.util.Locale;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * Scores one value after the other, as functions of SQL do: batches of one. A task opens the
 * network at its first value and keeps it to its end. The driver, which computes constants itself
 * and has no task, opens it for each.
 */
final class ScoreValue implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Scoring scoring;
  private transient @Nullable Opened opened; // guarded by this

  /** What belongs to a task. */
  private record Opened(TaskContext task, Scorer scorer) {}

  ScoreValue(Scoring scoring) {
    this.scoring = scoring;
  }

  /** Returns the output for a value; null for null, and where errors are to be null. */
  synchronized @Nullable Object score(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    TaskContext task = TaskContext.get();
    if (task != null) {
      return score(scorer(task), value);
    }
    try (Scorer scorer = Scorer.open(scoring, 1)) {
      return score(scorer, value);
    }
  }

  private Scorer scorer(TaskContext task) {
    Opened now = opened;
    if (now == null || now.task.taskAttemptId() != task.taskAttemptId()) {
      Opened fresh = new Opened(task, Scorer.open(scoring, task.cpus()));
      task.addTaskCompletionListener((TaskCompletionListener) _ -> close(fresh));
      opened = fresh;
      return fresh.scorer;
    }
    return now.scorer;
  }

  private @Nullable Object score(Scorer scorer, Object value) {
    try {
      scorer.set(0, Input.ofValue(value), value);
      scorer.run(1);
      return scorer.result(0);
    } catch (RejectedRowException e) {
      return switch (scoring.errors()) {
        case FAIL ->
            throw new IllegalArgumentException(
                String.format(
                    Locale.ROOT,
                    "%s; set errors to null to go on without such rows",
                    e.getMessage()),
                e);
        case NULL, DROP -> {
          scoring.metrics().countError();
          yield null;
        }
      };
    }
  }

  /** Ends what a task has here before the task ends; for the task's thread. */
  synchronized void release() {
    Opened now = opened;
    if (now != null) {
      close(now);
    }
  }

  private synchronized void close(Opened ended) {
    Opened now = opened;
    if (now != null && now.equals(ended)) {
      opened = null;
    }
    ended.scorer.close();
  }
}
