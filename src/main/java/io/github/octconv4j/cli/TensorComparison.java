package io.github.octconv4j.cli;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.util.Locale;
import java.util.Optional;

/**
 * What came out of comparing tensors of any type with the expected ones.
 *
 * @param largestError largest difference of two elements; NaN where only one is not a number
 * @param failure the first element that is too far off, or what else went wrong
 */
record TensorComparison(double largestError, Optional<String> failure) {
  /** Nothing was compared yet. */
  static final TensorComparison NONE = new TensorComparison(0, Optional.empty());

  private static final double RELATIVE = 1e-3;
  private static final double ABSOLUTE = 1e-7;

  /** Of the largest value, up to 1: where sums cancel, what is left has their error. */
  private static final double OF_THE_LARGEST = 1e-5;

  static TensorComparison failed(String why) {
    return new TensorComparison(Double.NaN, Optional.of(why));
  }

  boolean passed() {
    return failure.isEmpty();
  }

  TensorComparison and(TensorComparison other) {
    return new TensorComparison(
        Math.max(largestError, other.largestError), failure.or(other::failure));
  }

  /**
   * Compares a tensor.
   *
   * @param ofLargest how much of the largest value floats may be off; ONNX's rule where it is empty
   * @param step what any element may be off, 0 where it is no result of whole numbers
   */
  static TensorComparison of(
      String name,
      TensorData actual,
      TensorData expected,
      Optional<Double> ofLargest,
      double step) {
    if (!actual.type().equals(expected.type())) {
      return failed(
          String.format(
              Locale.ROOT, "%s is %s, expected %s", name, actual.type(), expected.type()));
    }
    double largest = 0;
    for (long i = 0; i < expected.count(); i++) {
      double size = Math.abs(expected.doubleAt(i));
      largest = size > largest && size < Double.MAX_VALUE ? size : largest;
    }
    double largestError = 0;
    long first = -1;
    for (long i = 0; i < expected.count(); i++) {
      double x = actual.doubleAt(i);
      double y = expected.doubleAt(i);
      double error = Double.compare(x, y) == 0 || x == y ? 0 : Math.abs(x - y);
      largestError = Math.max(largestError, error); // NaN stays
      boolean within =
          (error == 0
                  || error <= Math.max(step, tolerance(y, largest, expected.element(), ofLargest)))
              && (expected.element() != ElementType.I64 || actual.longAt(i) == expected.longAt(i));
      first = !within && first < 0 ? i : first;
    }
    return new TensorComparison(
        largestError,
        first < 0
            ? Optional.empty()
            : Optional.of(
                String.format(
                    Locale.ROOT,
                    "%s: element %d of %s is %s, expected %s",
                    name,
                    first,
                    expected.type(),
                    actual.doubleAt(first),
                    expected.doubleAt(first))));
  }

  private static double tolerance(
      double y, double largest, ElementType element, Optional<Double> ofLargest) {
    if (!Double.isFinite(y)) {
      return 0; // what is infinite, or no number, is that or wrong
    }
    return switch (element) {
      case F32, F64, F16, BF16 ->
          ofLargest.isPresent()
              ? ofLargest.get() * largest
              : RELATIVE * Math.abs(y) + Math.max(ABSOLUTE, OF_THE_LARGEST * Math.min(1, largest));
      default -> 0;
    };
  }
}
