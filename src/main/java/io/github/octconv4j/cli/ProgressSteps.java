package io.github.octconv4j.cli;

import io.github.octconv4j.octave.PlanProgress;

/** Shows on a terminal how far a library is with what takes long. */
final class ProgressSteps implements PlanProgress {
  private final String task;
  private Progress bar; // null before the first and after the last step
  private int shown;

  /**
   * Shows nothing yet.
   *
   * @param task what is done
   */
  ProgressSteps(String task) {
    this.task = task;
  }

  @Override
  public void at(int done, int total) {
    if (bar == null) {
      bar = Progress.of(task, total);
      shown = 0;
    }
    bar.step(done - shown);
    shown = done;
    if (done == total) {
      bar.close();
      bar = null;
    }
  }
}
