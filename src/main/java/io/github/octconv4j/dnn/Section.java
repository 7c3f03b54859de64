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

  void close() {
    steps().forEach(Step::close);
  }
}
