package io.github.octconv4j.nn;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A tensor that a network needs.
 *
 * @param name in a file of weights
 * @param shape outermost dimension first
 * @param kind what it is
 * @param slice where it is in a checkpoint of the dense network, empty where it is nowhere
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
   * @param firstRow first index of the outermost dimension
   * @param firstColumn first index of the second dimension, 0 where there is none
   */
  public record Slice(String name, List<Long> shape, long firstRow, long firstColumn) {
    /** Copies the list. */
    public Slice {
      Objects.requireNonNull(name, "name");
      shape = List.copyOf(Objects.requireNonNull(shape, "shape"));
    }
  }

  /** Copies the list. */
  public Parameter {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(slice, "slice");
    shape = List.copyOf(Objects.requireNonNull(shape, "shape"));
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
    return shape.stream().reduce(1L, (a, b) -> a * b);
  }

  /** Returns whether training changes it by gradients, so that it counts as a parameter. */
  public boolean isTrained() {
    return kind != Kind.MEAN && kind != Kind.VARIANCE;
  }

  long[] dims() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
