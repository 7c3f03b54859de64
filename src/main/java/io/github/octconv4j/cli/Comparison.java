package io.github.octconv4j.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What came out of comparing tensors with the expected ones.
 *
 * @param largestError largest difference of two elements; NaN where one is not a number
 * @param failure the first element that is too far off, or the shapes that differ
 */
record Comparison(double largestError, Optional<String> failure) {
  /** Nothing was compared yet. */
  static final Comparison NONE = new Comparison(0, Optional.empty());

  boolean passed() {
    return failure.isEmpty();
  }

  /** Both comparisons together; this one's failure goes first. */
  Comparison and(Comparison other) {
    return new Comparison(Math.max(largestError, other.largestError), failure.or(other::failure));
  }

  static Comparison of(String name, Values actual, Values expected, Tolerance tolerance) {
    if (!actual.hasShapeOf(expected)) {
      return new Comparison(
          Double.NaN,
          Optional.of(String.format(Locale.ROOT, "%s is %s, expected %s", name, actual, expected)));
    }
    double largest = 0;
    for (int i = 0; i < expected.count(); i++) {
      float size = Math.abs(expected.at(i));
      largest = size > largest ? size : largest; // NaN does not count
    }
    double largestError = 0;
    int first = -1;
    for (int i = 0; i < expected.count(); i++) {
      double error = Math.abs((double) actual.at(i) - expected.at(i));
      largestError = Math.max(largestError, error); // NaN stays
      boolean within = error <= tolerance.at(expected.at(i), largest);
      if (!within && first < 0) {
        first = i;
      }
    }
    return new Comparison(
        largestError,
        first < 0
            ? Optional.empty()
            : Optional.of(
                String.format(
                    Locale.ROOT,
                    "%s%s is %s, expected %s",
                    name,
                    Arrays.toString(expected.position(first)),
                    actual.at(first),
                    expected.at(first))));
  }
}
