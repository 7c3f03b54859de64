package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;

/** Compares floats with doubles, element by element. */
final class Close {
  private Close() {}

  /** Asserts that each element is within {@code tolerance * (1 + |expected|)}. */
  static void assertClose(float[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      if (!(Math.abs(actual[i] - expected[i]) <= tolerance * (1 + Math.abs(expected[i])))) {
        throw new AssertionError(
            String.format(
                Locale.ROOT,
                "element %d of %d: expected %s, was %s, tolerance %s",
                i,
                actual.length,
                expected[i],
                actual[i],
                tolerance));
      }
    }
  }

  /**
   * What a sum of {@code terms} products of numbers up to 1 may be wrong by in float arithmetic.
   */
  static double tolerance(long terms) {
    return 1e-6 + 2e-7 * Math.sqrt((double) terms) + 2e-8 * terms;
  }
}
