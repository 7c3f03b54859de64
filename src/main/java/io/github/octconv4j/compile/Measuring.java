package io.github.octconv4j.compile;

import io.github.octconv4j.octave.PlanProgress;
import java.lang.System.Logger.Level;

/** Says what the measurements of a network's plans will cost, and how far they are. */
final class Measuring {
  private static final System.Logger LOGGER = System.getLogger(Measuring.class.getName());

  private final PlanProgress progress;
  private final int total;
  private int done;

  private Measuring(PlanProgress progress, int total) {
    this.progress = progress;
    this.total = total;
  }

  /**
   * Begins.
   *
   * @param layers that have several formulations
   * @param plans that are built and timed first
   * @param finalists that are timed once more
   */
  static Measuring begin(PlanProgress progress, int layers, int plans, int finalists) {
    LOGGER.log(
        Level.INFO,
        "measuring formulations of {0} layers: the network is built {1} times and its plans run some {2} times in all; Tuning.HEURISTIC starts at once, PlanChoices.inFile keeps what is chosen",
        Integer.toString(layers), // whose digits are not those of the user's language
        Integer.toString(plans + 1),
        Integer.toString(20 * (plans + finalists)));
    Measuring measuring = new Measuring(progress, plans + finalists);
    progress.at(0, measuring.total);
    return measuring;
  }

  /** One more of the plans is built and timed from now on. */
  void step() {
    if (done > 0 && done < total) {
      progress.at(done, total);
    }
    done++;
  }

  /** All is chosen. */
  void end() {
    progress.at(total, total);
  }
}
