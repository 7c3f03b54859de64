package io.github.octconv4j.dnn;

import java.util.List;
import java.util.stream.Stream;

/**
 * A {@link Section} with the memory of an execution.
 *
 * @param lanes steps that run side by side, a list for each lane
 */
record PreparedSection(List<List<PreparedStep>> lanes) {
  PreparedSection {
    lanes = lanes.stream().map(List::copyOf).toList();
  }

  /** All steps, lane by lane. */
  Stream<PreparedStep> steps() {
    return lanes.stream().flatMap(List::stream);
  }
}
