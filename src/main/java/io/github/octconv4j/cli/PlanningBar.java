package io.github.octconv4j.cli;

import io.github.octconv4j.octave.PlanProgress;

/** Shows on a terminal how far the measurements of a network's plans are. */
final class PlanningBar implements PlanProgress {
  private Progress bar; // null before the first and after the last step
  private int shown;

  @Override
  public void at(int done, int total) {
    if (bar == null) {
      bar = Progress.of("measuring plans", total);
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
