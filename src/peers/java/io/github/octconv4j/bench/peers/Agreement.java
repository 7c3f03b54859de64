package io.github.octconv4j.bench.peers;

import java.util.List;

/** How far outputs are from the right ones. */
final class Agreement {
  private Agreement() {}

  /** Returns the largest error of all outputs over the largest right value; infinite is none. */
  static double largestError(List<float[]> actual, List<float[]> expected) {
    return largestError(actual, expected, 0);
  }

  /**
   * Returns the same, with a least right value: where all values are nearly 0, as probabilities of
   * what is not there, only their difference counts.
   */
  static double largestError(List<float[]> actual, List<float[]> expected, double least) {
    if (actual.size() != expected.size()) {
      return Double.POSITIVE_INFINITY;
    }
    double largest = 0;
    double error = 0;
    for (int i = 0; i < expected.size(); i++) {
      float[] a = actual.get(i);
      float[] e = expected.get(i);
      if (a.length != e.length) {
        return Double.POSITIVE_INFINITY;
      }
      for (int j = 0; j < e.length; j++) {
        largest = Math.max(largest, Math.abs(e[j]));
        double difference = Math.abs((double) a[j] - e[j]);
        error = Math.max(error, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
      }
    }
    return error / Math.max(largest, least);
  }
}
