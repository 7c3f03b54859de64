package io.github.octconv4j.cli;

import io.github.octconv4j.cli.shapes.Plain;
import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** Floats with a shape, for instance (n, c, h, w), row by row. Not changed once made. */
final class Values {
  private final float[] values;
  private final long[] shape;

  /** Takes the arrays over. */
  Values(float[] values, long[] shape) {
    this.values = values;
    this.shape = shape;
  }

  static Values of(Tensor tensor) {
    return new Values(tensor.floats(), tensor.desc().dims());
  }

  int count() {
    return values.length;
  }

  /** The size of one dimension. */
  int dim(int dimension) {
    return Math.toIntExact(shape[dimension]);
  }

  float at(int index) {
    return values[index];
  }

  float[] toFloats() {
    return values.clone();
  }

  Tensor toTensor(Arena arena) {
    return Tensor.of(arena, values, shape);
  }

  boolean hasShape(long... other) {
    return Arrays.equals(shape, other);
  }

  boolean hasShapeOf(Values other) {
    return hasShape(other.shape);
  }

  /** The position of an element in each dimension. */
  long[] position(int index) {
    return Plain.position(index, shape);
  }

  /** The shape, for instance {@code [2, 16, 8, 8]}. */
  @Override
  public String toString() {
    return Arrays.toString(shape);
  }
}
