package io.github.octconv4j.graph;

/** The error function. */
final class Erf {
  private Erf() {}

  /** By the series of positive terms e^-x^2 2^n x^(2n+1) / (2n+1)!!, exact to some 1e-15. */
  static double of(double x) {
    if (Double.isNaN(x) || Math.abs(x) > 6) {
      return Double.isNaN(x) ? x : Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }
}
