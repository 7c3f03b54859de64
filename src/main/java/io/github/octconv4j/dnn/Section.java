package io.github.octconv4j.dnn;

import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of a {@link Program}: lists of steps that run side by side, one for each lane. The next
 * section begins when all have ended.
 *
 * @param lanes at least one; the calling thread runs the first
 */
record Section(List<List<Step>> lanes) {
  Section {
    lanes = lanes.stream().map(List::copyOf).toList();
  }

  /** All steps, lane by lane. */
  List<Step> steps() {
    List<Step> all = new ArrayList<>();
    lanes.forEach(all::addAll);
    return all;
  }

  /** Closes the primitives of all sections; allocates nothing. */
  static void closeAll(List<Section> sections) {
    for (int s = 0; s < sections.size(); s++) { // no iterators
      List<List<Step>> lanes = sections.get(s).lanes;
      for (int lane = 0; lane < lanes.size(); lane++) {
        closeSteps(lanes.get(lane));
      }
    }
  }

  /** Closes the primitives of the steps of a lane; allocates nothing. */
  static void closeSteps(List<Step> steps) {
    for (int i = 0; i < steps.size(); i++) {
      steps.get(i).close();
    }
  }
}
