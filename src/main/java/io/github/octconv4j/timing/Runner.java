package io.github.octconv4j.timing;

/** What takes part in a {@link Race}. */
public interface Runner {
  /** The team of the OpenMP runtime that oneDNN uses. */
  String OPENMP = "OpenMP";

  /** Runs once. */
  void run();

  /** Returns which team of threads a run wakes that spins on for a while; "" for none. */
  default String team() {
    return "";
  }
}
