package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;

/**
 * How values lie in a program's memory. Floats in up to six dimensions are what primitives compute
 * with, of 32 bits or in the type that the plan has inside, a scalar being one element of one
 * dimension; some know whole numbers of 8 and 32 bits too. All else is a row of bytes that only
 * steps in Java look at; a value without elements takes one byte.
 */
final class Storage {
  private static final int MOST_DIMENSIONS = 6;

  private Storage() {}

  /** Whether primitives can compute with a value of floats. */
  static boolean isNative(TensorType type) {
    return type.element() == ElementType.F32 && hasPlace(type);
  }

  /** Whether a value is of whole numbers that primitives know. */
  static boolean isWhole(TensorType type) {
    return (isByte(type) || type.element() == ElementType.I32) && hasPlace(type);
  }

  /** Whether a value is of whole numbers of 8 bits. */
  static boolean isByte(TensorType type) {
    return (type.element() == ElementType.U8 || type.element() == ElementType.I8) && hasPlace(type);
  }

  /** What oneDNN calls the elements of a value of floats or whole numbers. */
  static DataType dataType(TensorType type) {
    return switch (type.element()) {
      case U8 -> DataType.U8;
      case I8 -> DataType.S8;
      case I32 -> DataType.S32;
      default -> DataType.F32;
    };
  }

  private static boolean hasPlace(TensorType type) {
    if (!type.isKnown()) {
      return false;
    }
    long[] dims = type.sizes();
    return dims.length <= MOST_DIMENSIONS
        && Arrays.stream(dims).allMatch(dim -> dim >= 1 && dim <= Integer.MAX_VALUE);
  }

  /** Row-major memory for a value whose sizes are known. */
  static MemoryDesc of(TensorType type) {
    if (isNative(type)) {
      return rowMajor(type.sizes());
    }
    return isWhole(type) ? as(rowMajor(type.sizes()), dataType(type)) : bytes(type);
  }

  /** A plain layout for elements of another type. */
  static MemoryDesc as(MemoryDesc desc, DataType type) {
    return MemoryDesc.of(type, Lowering.tag(desc), desc.dims());
  }

  /** Row-major floats of 32 bits. */
  static MemoryDesc rowMajor(long... dims) {
    return rowMajor(DataType.F32, dims);
  }

  /** Row-major floats. */
  static MemoryDesc rowMajor(DataType type, long... dims) {
    return dims.length == 0
        ? MemoryDesc.of(type, FormatTag.A, 1)
        : MemoryDesc.of(type, FormatTag.rowMajor(dims.length), dims);
  }

  /** Floats of 32 bits in a layout. */
  static MemoryDesc f32(FormatTag tag, long... dims) {
    return MemoryDesc.of(DataType.F32, tag, dims);
  }

  /** The bytes of a value that has elements. */
  static long size(TensorType type) {
    long count = 1;
    for (long dim : type.sizes()) {
      count = Math.multiplyExact(count, dim);
    }
    return type.element().bytes(count);
  }

  /** A row of the value's bytes. */
  static MemoryDesc bytes(TensorType type) {
    return MemoryDesc.of(DataType.U8, FormatTag.A, Math.max(1, size(type)));
  }

  /** The dimensions with which primitives see a value: a scalar has one of one element. */
  static long[] dims(TensorType type) {
    long[] sizes = type.sizes();
    return sizes.length == 0 ? new long[] {1} : sizes;
  }
}
