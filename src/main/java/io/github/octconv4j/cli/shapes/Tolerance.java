package io.github.octconv4j.cli.shapes;

/**
 * How far a result may be from the expected one: relative to it, or absolutely where it is (almost)
 * 0. Infinite and missing numbers never pass.
 *
 * @param relative 0 for equality
 */
record Tolerance(double relative) {
  static final Tolerance EXACT = new Tolerance(0);

  /** Below this, as in benchdnn, errors count absolutely. */
  private static final double SMALL = 1e-5;

  boolean accepts(float expected, float found) {
    if (expected == found) {
      return true;
    }
    double error = Math.abs((double) found - expected);
    double magnitude = Math.abs((double) expected);
    return error <= relative * (magnitude > SMALL ? magnitude : 1); // false for NaN
  }
}
