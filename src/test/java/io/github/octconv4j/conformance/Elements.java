package io.github.octconv4j.conformance;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.MemoryDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads and writes single elements of each type, and goes through the elements of a tensor. */
final class Elements {
  private Elements() {}

  /** What is done with each element. */
  interface Visitor {
    void visit(int index, long offset);
  }

  /** Visits all elements in row-major order of the logical dimensions. */
  static void each(MemoryDesc desc, Visitor visitor) {
    long[] dims = desc.dims();
    long[] position = new long[dims.length];
    int count = Math.toIntExact(desc.elements());
    for (int i = 0; i < count; i++) {
      visitor.visit(i, desc.elementOffset(position));
      for (int d = dims.length - 1; d >= 0 && ++position[d] == dims[d]; d--) {
        position[d] = 0;
      }
    }
  }

  static void set(MemorySegment data, DataType type, long offset, double value) {
    switch (type) {
      case F32 -> data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * offset, (float) value);
      case F64 -> data.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8 * offset, value);
      case S32 -> data.set(ValueLayout.JAVA_INT_UNALIGNED, 4 * offset, (int) value);
      case BF16 ->
          data.set(
              ValueLayout.JAVA_SHORT_UNALIGNED,
              2 * offset,
              (short) (Float.floatToRawIntBits((float) value) >> 16));
      case F16 ->
          data.set(
              ValueLayout.JAVA_SHORT_UNALIGNED, 2 * offset, Float.floatToFloat16((float) value));
      case S8, U8 -> data.set(ValueLayout.JAVA_BYTE, offset, (byte) (int) value);
    }
  }

  static double get(MemorySegment data, DataType type, long offset) {
    return switch (type) {
      case F32 -> data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * offset);
      case F64 -> data.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8 * offset);
      case S32 -> data.get(ValueLayout.JAVA_INT_UNALIGNED, 4 * offset);
      case BF16 ->
          Float.intBitsToFloat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * offset) << 16);
      case F16 -> Float.float16ToFloat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * offset));
      case S8 -> data.get(ValueLayout.JAVA_BYTE, offset);
      case U8 -> data.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
    };
  }

  /** Whether the type holds whole numbers only. */
  static boolean isWhole(DataType type) {
    return type == DataType.S8 || type == DataType.U8 || type == DataType.S32;
  }

  /** The value that a destination of this type gets. */
  static double converted(DataType type, double value) {
    return switch (type) {
      case S8 -> Math.clamp(Math.rint(value), -128, 127);
      case U8 -> Math.clamp(Math.rint(value), 0, 255);
      case S32 -> Math.rint(value);
      default -> value;
    };
  }

  /** How far a result may be off. */
  static double tolerance(DataType type, double value, boolean exact) {
    double size = Math.max(1, Math.abs(value));
    boolean rounded = size > 1 << 24; // beyond what a float holds exactly
    return switch (type) {
      case BF16 -> size / 100;
      case F16 -> size / 500;
      case S8, U8 -> exact ? 0 : 1;
      case S32 -> rounded ? size * 1e-6 : exact ? 0 : 1;
      default -> rounded ? size * 1e-6 : exact ? 0 : size * 1e-4;
    };
  }
}
