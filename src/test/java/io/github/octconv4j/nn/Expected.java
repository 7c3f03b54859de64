package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.weights.SafetensorsFile;

/** Results that another implementation wrote into a file. */
final class Expected {
  private Expected() {}

  /** Within 1e-4 of the largest value. */
  static void assertClose(String tensor, float[] actual, SafetensorsFile file) {
    assertClose(tensor, actual, file, 1e-4);
  }

  /** Within a share of the largest value. */
  static void assertClose(String tensor, float[] actual, SafetensorsFile file, double tolerance) {
    float[] expected = file.tensor(tensor).toFloats();
    assertThat(actual).as(tensor).hasSameSizeAs(expected);
    double largest = 0;
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      error = Math.max(error, Math.abs(expected[i] - actual[i]));
    }
    assertThat(error).as(tensor).isLessThan(tolerance * largest);
  }
}
