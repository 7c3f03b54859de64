package io.github.octconv4j.octave;

/**
 * Is told how far the measurements are with which a plan of a network is chosen. It is called on
 * the thread that plans, a few times a second at most, and should return at once.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PlanProgress {
  /** Does nothing. */
  PlanProgress NONE = (done, total) -> {};

  /**
   * Says how far they are.
   *
   * @param done steps that were taken, from 0; {@code total} once, at the end
   * @param total steps in all, at least 1
   */
  void at(int done, int total);
}
