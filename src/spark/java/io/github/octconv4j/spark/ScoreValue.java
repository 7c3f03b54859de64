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

  /** What belongs to a task, from its first value to its end. */
  private static final class Opened {
    private final TaskContext task;
    private @Nullable Scorer scorer; // null where it was released

    Opened(TaskContext task, Scorer scorer) {
      this.task = task;
      this.scorer = scorer;
    }

    void close() {
      Scorer open = scorer;
      scorer = null;
      if (open != null) {
        open.close();
      }
    }
  }

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
      Scorer first = Scorer.open(scoring, task.cpus());
      Opened made = new Opened(task, first);
      opened = made;
      task.addTaskCompletionListener((TaskCompletionListener) _ -> end(made));
      return first;
    }
    Scorer scorer = now.scorer;
    if (scorer == null) { // the task's listener is there already
      scorer = Scorer.open(scoring, task.cpus());
      now.scorer = scorer;
    }
    return scorer;
  }

  private @Nullable Object score(Scorer scorer, Object value) {
    try {
      scorer.set(0, Input.ofValue(value), value);
      scorer.run();
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

  /** Closes what a task has here before it ends; its next value opens it again. */
  synchronized void release() {
    Opened now = opened;
    if (now != null) {
      now.close();
    }
  }

  private synchronized void end(Opened ended) {
    if (opened == ended) {
      opened = null;
    }
    ended.close();
  }
}
