package io.github.octconv4j.nn;

import io.github.octconv4j.text.Checks;
import io.github.octconv4j.text.Printable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A tensor that a network needs.
 *
 * @param name in a file of weights
 * @param shape outermost dimension first; at least one, of at most 2^31-1 values in all
 * @param kind what it is
 * @param slice where it is in a checkpoint of the dense network, empty where it is nowhere
 * @since 0.1.0
 */
public record Parameter(String name, List<Long> shape, Kind kind, Optional<Slice> slice) {
  /** What a tensor is. */
  public enum Kind {
    /** Weights of a convolution or of a linear layer. */
    WEIGHT,
    /** Bias of a convolution or of a linear layer. */
    BIAS,
    /** Batch norm's gamma. */
    SCALE,
    /** Batch norm's beta. */
    SHIFT,
    /** Batch norm's mean, a statistic. */
    MEAN,
    /** Batch norm's variance, a statistic. */
    VARIANCE
  }

  /**
   * A part of a dense tensor: some of its rows, and some columns of each.
   *
   * @param name of the dense tensor
   * @param shape of the dense tensor
   * @param firstRow first index of the outermost dimension, at least 0
   * @param firstColumn first index of the second dimension, at least 0, and 0 where there is none
   */
  public record Slice(String name, List<Long> shape, long firstRow, long firstColumn) {
    /** Checks the values and copies the list. */
    public Slice {
      Objects.requireNonNull(name, "name");
      shape = checked(name, shape);
      if (firstRow < 0 || firstColumn < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "tensor %s: firstRow and firstColumn must be at least 0, were %d and %d",
                Printable.text(name),
                firstRow,
                firstColumn));
      }
    }

    /** Whether a tensor of this shape lies inside. */
    private boolean holds(List<Long> part) {
      boolean fits = part.size() == shape.size();
      for (int d = 0; fits && d < part.size(); d++) {
        long first = d == 0 ? firstRow : d == 1 ? firstColumn : 0;
        long room = shape.get(d) - part.get(d);
        fits = d < 2 ? first <= room : room == 0;
      }
      return fits && (part.size() > 1 || firstColumn == 0);
    }
  }

  /** Checks the values and copies the list. */
  public Parameter {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(slice, "slice");
    shape = checked(name, shape);
    if (slice.isPresent() && !slice.get().holds(shape)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "tensor %s: shape %s does not lie inside slice %s",
              Printable.text(name),
              shape,
              Printable.text(slice.get())));
    }
  }

  /** A copy of a shape whose values an array can hold. */
  private static List<Long> checked(String name, List<Long> shape) {
    Checks.elements("shape", shape);
    long count = shape.isEmpty() ? 0 : 1;
    for (long dimension : shape) {
      boolean fits = count > 0 && dimension > 0 && dimension <= Integer.MAX_VALUE / count;
      count = fits ? count * dimension : 0;
    }
    if (count == 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "tensor %s: shape must have dimensions of at least 1 and at most %d values in all, was %s",
              Printable.text(name),
              Integer.MAX_VALUE,
              Printable.text(shape)));
    }
    return List.copyOf(shape);
  }

  static Parameter of(String name, Kind kind, long... shape) {
    List<Long> list = boxed(shape);
    return new Parameter(name, list, kind, Optional.of(new Slice(name, list, 0, 0)));
  }

  static List<Long> boxed(long... shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  /** Returns the number of values. */
  public long count() {
    return count(shape);
  }

  static long count(List<Long> shape) {
    return shape.stream().reduce(1L, (a, b) -> a * b);
  }

  /** Returns whether training changes it by gradients, so that it counts as a parameter. */
  public boolean isTrained() {
    return kind != Kind.MEAN && kind != Kind.VARIANCE;
  }

  static long[] unboxed(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
