package io.github.octconv4j.octave;

/**
 * How a planner chooses among formulations.
 *
 * @since 0.1.0
 */
public enum Tuning {
  /** A fixed formulation that is right for every shape. */
  OFF,
  /** The one that a cost model thinks fastest; nothing is run. */
  HEURISTIC,
  /** The fastest by measurement of those that the cost model leaves. */
  MEASURED
}
