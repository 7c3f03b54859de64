package io.github.octconv4j.timing;

/** What takes part in a {@link Race}. */
public interface Runner {
  /** Runs once. */
  void run();

  /** Returns whether a run wakes the team of the OpenMP runtime, which spins on for a while. */
  default boolean wakesOpenMp() {
    return false;
  }
}
