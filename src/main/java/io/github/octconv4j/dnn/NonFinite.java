package io.github.octconv4j.dnn;

import io.github.octconv4j.text.Checks;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A value that is no finite number, NaN or an infinity, and where it was found. Primitives compute
 * with such values as with any other, and an activation may hide them: a ReLU of oneDNN makes 0 of
 * NaN.
 *
 * @param value NaN, or one of the two infinities
 * @param position index of each dimension, the outermost first; of an array one index
 * @since 0.1.0
 */
public record NonFinite(double value, List<Long> position) {
  /** Checks the value and copies the list. */
  public NonFinite {
    position = Checks.list("position", position);
    if (Double.isFinite(value)) {
      throw new IllegalArgumentException("value must be NaN or infinite, was " + value);
    }
  }

  /** Returns the first value of an array that is not finite, or nothing. */
  public static Optional<NonFinite> firstIn(float[] values) {
    Objects.requireNonNull(values, "values");
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        return Optional.of(new NonFinite(values[i], List.of((long) i)));
      }
    }
    return Optional.empty();
  }

  static NonFinite at(double value, long... position) {
    return new NonFinite(value, Arrays.stream(position).boxed().toList());
  }

  /** Returns for instance {@code NaN at index 7}, or {@code Infinity at (0, 2, 5, 1)}. */
  @Override
  public String toString() {
    String list = position.toString();
    return position.size() == 1
        ? String.format(Locale.ROOT, "%s at index %d", String.valueOf(value), position.getFirst())
        : String.format(
            Locale.ROOT, "%s at (%s)", String.valueOf(value), list.substring(1, list.length() - 1));
  }
}
