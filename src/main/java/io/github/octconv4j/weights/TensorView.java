package io.github.octconv4j.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One tensor of a {@link SafetensorsFile}: its name, element type, shape, and its data in place.
 *
 * <p>A view is immutable and may be shared between threads. Its data live as long as the file is
 * open; afterwards every method that reads them throws {@link IllegalStateException}, while name,
 * type and shape stay. Arrays that a view returns are copies and belong to the caller.
 */
public final class TensorView {
  // Nothing in a file is aligned to more than a byte, and everything in it is little-endian.
  private static final ValueLayout.OfDouble F64 =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

  private final String name;
  private final ElementType type;
  private final long[] shape;
  private final MemorySegment segment;

  /** The caller has checked that {@code segment} is as large as type and shape say. */
  TensorView(String name, ElementType type, long[] shape, MemorySegment segment) {
    this.name = name;
    this.type = type;
    this.shape = shape.clone();
    this.segment = segment;
  }

  /**
   * The tensor's name in the file.
   *
   * @return its name, for instance {@code "fc.weight"}
   */
  public String name() {
    return name;
  }

  /**
   * The type of the stored elements.
   *
   * @return the element type
   */
  public ElementType type() {
    return type;
  }

  /**
   * The dimensions, outermost first; the last one is dense in memory.
   *
   * @return a copy of the shape, of length 0 for a scalar
   */
  public long[] shape() {
    return shape.clone();
  }

  /**
   * The data in the file: read-only, little-endian, in row-major order, aligned to one byte only.
   * Nothing is copied. The segment dies with the file.
   *
   * @return the memory-mapped bytes, {@code elementCount() * type().bytes()} of them
   */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * The product of the dimensions.
   *
   * @return the number of elements, 1 for a scalar
   */
  public long elementCount() {
    return segment.byteSize() / type.bytes();
  }

  /** Whether the shape is exactly this one. */
  boolean hasShape(long... expected) {
    return Arrays.equals(shape, expected);
  }

  /** Whether the values can be converted to float. */
  boolean isConvertible() {
    return type != ElementType.F8_E4M3 && type != ElementType.F8_E5M2;
  }

  /**
   * The values as floats. F64 and the wide integers are rounded to the nearest float; BOOL gives 0
   * and 1.
   *
   * @return a new array of {@link #elementCount()} values in row-major order
   * @throws IllegalArgumentException if the type is an 8-bit float, or the tensor has more elements
   *     than an array can hold
   * @throws IllegalStateException if the file is closed
   */
  public float[] toFloats() {
    requireConvertible();
    requireOpen();
    float[] values = new float[arrayLength()];
    copy(MemorySegment.ofArray(values));
    return values;
  }

  /**
   * Writes the values as floats of the machine's byte order into {@code destination}, from its
   * beginning. What lies behind them stays as it is. Converts as {@link #toFloats()} does.
   *
   * @param destination writable memory of at least {@code 4 * elementCount()} bytes, of any
   *     alignment
   * @throws IllegalArgumentException if the destination is too small or read-only, or the type is
   *     an 8-bit float
   * @throws IllegalStateException if the file or the destination's arena is closed
   */
  public void copyTo(MemorySegment destination) {
    requireConvertible();
    requireOpen();
    if (destination.isReadOnly()) {
      throw new IllegalArgumentException(
          "destination is read-only, expected memory that tensor " + this + " can be written to");
    }
    // Compared this way round nothing overflows.
    if (destination.byteSize() / Float.BYTES < elementCount()) {
      throw new IllegalArgumentException(
          String.format(
              "destination has %d bytes, expected at least %d floats of 4 bytes for tensor %s",
              destination.byteSize(), elementCount(), this));
    }
    copy(destination);
  }

  /**
   * The values of an integer tensor.
   *
   * @return a new array of {@link #elementCount()} values in row-major order
   * @throws IllegalArgumentException if the type is not an integer, a U64 value exceeds {@link
   *     Long#MAX_VALUE}, or the tensor has more elements than an array can hold
   * @throws IllegalStateException if the file is closed
   */
  public long[] toLongs() {
    if (!type.isInteger()) {
      throw new IllegalArgumentException(
          "tensor " + this + " does not hold integers, use toFloats()");
    }
    requireOpen();
    long[] values = new long[arrayLength()];
    for (int i = 0; i < values.length; i++) {
      values[i] = integerAt(i);
      if (type == ElementType.U64 && values[i] < 0) {
        throw new IllegalArgumentException(
            String.format(
                "tensor %s holds %s at index %d, more than a long can hold",
                this, Long.toUnsignedString(values[i]), i));
      }
    }
    return values;
  }

  /**
   * Name, type and shape.
   *
   * @return for instance {@code block1.c1.conv.h2h.weight F32 [4, 8, 1, 1]}
   */
  @Override
  public String toString() {
    return Names.printable(name) + " " + type + " " + Names.printable(Arrays.toString(shape));
  }

  private void copy(MemorySegment floats) {
    long count = elementCount();
    if (type == ElementType.F32) {
      MemorySegment.copy(segment, F32, 0, floats, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, count);
      return;
    }
    for (long i = 0; i < count; i++) {
      floats.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i * Float.BYTES, floatAt(i));
    }
  }

  private float floatAt(long i) {
    return switch (type) {
      case F64 -> (float) segment.get(F64, i * 8);
      case F32 -> segment.get(F32, i * 4);
      case F16 -> Float.float16ToFloat(segment.get(I16, i * 2));
      case BF16 -> Float.intBitsToFloat(segment.get(I16, i * 2) << 16);
      case BOOL -> segment.get(I8, i) == 0 ? 0 : 1;
      case U64 -> unsignedToFloat(segment.get(I64, i * 8));
      case I64, I32, I16, I8, U32, U16, U8 -> integerAt(i);
      case F8_E4M3, F8_E5M2 -> throw new IllegalStateException("checked before");
    };
  }

  private long integerAt(long i) {
    return switch (type) {
      case I64, U64 -> segment.get(I64, i * 8);
      case I32 -> segment.get(I32, i * 4);
      case I16 -> segment.get(I16, i * 2);
      case I8 -> segment.get(I8, i);
      case U32 -> Integer.toUnsignedLong(segment.get(I32, i * 4));
      case U16 -> Short.toUnsignedLong(segment.get(I16, i * 2));
      case U8 -> Byte.toUnsignedLong(segment.get(I8, i));
      case F64, F32, F16, BF16, BOOL, F8_E4M3, F8_E5M2 ->
          throw new IllegalStateException("checked before");
    };
  }

  private static float unsignedToFloat(long bits) {
    // Halved with the lost bit kept, so that rounding to nearest stays right.
    return bits >= 0 ? bits : 2f * ((bits >>> 1) | (bits & 1));
  }

  private void requireConvertible() {
    if (!isConvertible()) {
      throw new IllegalArgumentException(
          "tensor " + this + " cannot be converted to floats, store it as F32, F16 or BF16");
    }
  }

  private void requireOpen() {
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(
          "tensor " + this + " is gone: its file was closed, read it before closing the file");
    }
  }

  private int arrayLength() {
    long count = elementCount();
    // Some virtual machines cannot make the very longest arrays.
    if (count > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "tensor " + this + " has " + count + " elements, more than an array holds: use copyTo");
    }
    return (int) count;
  }
}
