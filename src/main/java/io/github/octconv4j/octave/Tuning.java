package io.github.octconv4j.octave;

/** How a planner chooses among formulations. */
public enum Tuning {
  /** A fixed formulation that is right for every shape. */
  OFF,
  /** The one that a cost model thinks fastest; nothing is run. */
  HEURISTIC,
  /** The fastest by measurement of those that the cost model leaves. */
  MEASURED
}
