package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A tensor that is being written, in an array of the heap. */
final class Output {
  private final ElementType element;
  private final long[] dims;
  private final int count;
  private final MemorySegment elements;

  Output(TensorType type) {
    this(type.element(), type.sizes());
  }

  Output(ElementType element, long... dims) {
    this.element = element;
    this.dims = dims.clone();
    this.count = Index.count(dims);
    this.elements =
        switch (element) {
          case F32 -> MemorySegment.ofArray(new float[count]);
          case F64 -> MemorySegment.ofArray(new double[count]);
          case I64, U64 -> MemorySegment.ofArray(new long[count]);
          case I32, U32 -> MemorySegment.ofArray(new int[count]);
          case F16, BF16, I16, U16 -> MemorySegment.ofArray(new short[count]);
          case I8, U8, BOOL, F8_E4M3, F8_E5M2, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ ->
              MemorySegment.ofArray(new byte[count]);
          case C64, F6_E2M3, F6_E3M2, F4 -> throw notComputed(element);
        };
  }

  int count() {
    return count;
  }

  ElementType element() {
    return element;
  }

  /** Writes the nearest value that the type has; integers get what is before the point. */
  void set(int i, double value) {
    switch (element) {
      case F32 -> elements.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
      case F64 -> elements.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
      case F16 ->
          elements.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16((float) value));
      case BF16 -> elements.setAtIndex(ValueLayout.JAVA_SHORT, i, bfloat16((float) value));
      case BOOL -> elements.setAtIndex(ValueLayout.JAVA_BYTE, i, (byte) (value != 0 ? 1 : 0));
      case U64 -> set(i, value < 0x1p63 ? (long) value : (long) (value - 0x1p63) + Long.MIN_VALUE);
      case I64, I32, U32, I16, U16, I8, U8 -> set(i, (long) value);
      case C64, F8_E4M3, F8_E5M2, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, F6_E2M3, F6_E3M2, F4 ->
          throw notComputed(element);
    }
  }

  /** The nearest one, of two the even one. */
  private static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** Writes an integer; what the type has no room for is cut off. */
  void set(int i, long value) {
    switch (element) {
      case I64, U64 -> elements.setAtIndex(ValueLayout.JAVA_LONG, i, value);
      case I32, U32 -> elements.setAtIndex(ValueLayout.JAVA_INT, i, (int) value);
      case I16, U16 -> elements.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) value);
      case I8, U8 -> elements.setAtIndex(ValueLayout.JAVA_BYTE, i, (byte) value);
      case BOOL -> elements.setAtIndex(ValueLayout.JAVA_BYTE, i, (byte) (value != 0 ? 1 : 0));
      case F32, F64, F16, BF16 -> set(i, (double) value);
      case C64, F8_E4M3, F8_E5M2, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, F6_E2M3, F6_E3M2, F4 ->
          throw notComputed(element);
    }
  }

  private static IllegalArgumentException notComputed(ElementType element) {
    return new IllegalArgumentException(element + " can't be computed");
  }

  /** Copies an element of the same type, whatever it is. */
  void copy(int i, MemorySegment from, long j) {
    switch (element.bits()) {
      case 8 -> elements.setAtIndex(ValueLayout.JAVA_BYTE, i, from.get(ValueLayout.JAVA_BYTE, j));
      case 16 ->
          elements.set(
              ValueLayout.JAVA_SHORT_UNALIGNED,
              2L * i,
              from.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * j));
      case 32 ->
          elements.set(
              ValueLayout.JAVA_INT_UNALIGNED,
              4L * i,
              from.get(ValueLayout.JAVA_INT_UNALIGNED, 4 * j));
      default ->
          elements.set(
              ValueLayout.JAVA_LONG_UNALIGNED,
              8L * i,
              from.get(ValueLayout.JAVA_LONG_UNALIGNED, 8 * j));
    }
  }

  /** Copies elements of the same type that lie together. */
  void copy(int i, MemorySegment from, long j, long length) {
    MemorySegment.copy(from, element.bytes(j), elements, element.bytes(i), element.bytes(length));
  }

  /** Writes all elements. */
  Output fill(double[] values) {
    if (element == ElementType.F32) {
      for (int i = 0; i < count; i++) {
        elements.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[i]);
      }
    } else {
      for (int i = 0; i < count; i++) {
        set(i, values[i]);
      }
    }
    return this;
  }

  TensorData done() {
    return TensorData.of(element, elements, dims);
  }
}
