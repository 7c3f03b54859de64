package io.github.octconv4j.octave;

import io.github.octconv4j.text.Checks;
import java.util.List;
import java.util.Objects;

/**
 * A way to put a plan together that was considered, see {@link OctaveLayer#explain}.
 *
 * @param formulation how the plan would be put together, see {@link OctavePlan#formulation}
 * @param predictedMicroseconds by the cost model, whose order matters more than its times
 * @param microseconds the shortest time measured; NaN where it was not run
 * @param references steps that have only a slow reference implementation
 * @param chosen whether it was taken
 * @since 0.1.0
 */
public record PlanCandidate(
    String formulation,
    double predictedMicroseconds,
    double microseconds,
    List<String> references,
    boolean chosen) {
  /** Copies the list. */
  public PlanCandidate {
    Objects.requireNonNull(formulation, "formulation");
    references = Checks.list("references", references);
  }

  /** Returns whether it was run. */
  public boolean measured() {
    return !Double.isNaN(microseconds);
  }
}
