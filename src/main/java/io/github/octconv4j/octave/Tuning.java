package io.github.octconv4j.octave;

/**
 * How a planner chooses among formulations. Results differ by rounding at most.
 *
 * @since 0.1.0
 */
public enum Tuning {
  /** A fixed formulation that is right for every shape. */
  OFF,
  /** The one that a cost model thinks fastest; nothing is run. The default. */
  HEURISTIC,
  /**
   * The fastest by measurement of those that the cost model leaves. A layer takes a fraction of a
   * second for each size; a network is built about ten times and each of these is run some twenty
   * times, which a log message announces. {@link PlanChoices#inFile} keeps what was chosen.
   */
  MEASURED
}
