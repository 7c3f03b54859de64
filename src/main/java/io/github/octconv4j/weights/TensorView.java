package io.github.octconv4j.weights;

import io.github.octconv4j.files.DataFile;
import io.github.octconv4j.text.Printable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One tensor of a {@link SafetensorsFile}: its name, element type, shape, and where its data are.
 *
 * <p>A view is immutable and may be shared between threads. Its data can be read as long as the
 * file is open; afterwards every method that reads them throws {@link IllegalStateException}, while
 * name, type and shape stay. If the file was shortened meanwhile, or cannot be read, they throw
 * {@link java.io.UncheckedIOException}. Arrays that a view returns are copies and belong to the
 * caller.
 *
 * @since 0.1.0
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

  private static final int BLOCK = 1 << 18; // a multiple of every element's size

  private final String name;
  private final ElementType type;
  private final long[] shape;
  private final DataFile file;
  private final long begin; // in the file
  private final long bytes;
  private final long elements;
  private @Nullable MemorySegment segment; // made when it is asked for

  /** What is done with some elements, which begin at offset 0 of {@code values}. */
  private interface Block {
    void take(MemorySegment values, long first, int count);
  }

  /** The caller has checked that shape, type, bytes and elements go together. */
  TensorView(
      String name,
      ElementType type,
      long[] shape,
      DataFile file,
      long begin,
      long bytes,
      long elements) {
    this.name = name;
    this.type = type;
    this.shape = shape.clone();
    this.file = file;
    this.begin = begin;
    this.bytes = bytes;
    this.elements = elements;
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
   * The data as they stand in the file: read-only, little-endian, in row-major order, aligned to 64
   * bytes. They are read into memory at the first call, which all later ones share, and die with
   * the file.
   *
   * @return {@code elementCount() * type().bits() / 8} bytes
   * @throws IllegalStateException if the file is closed
   */
  public synchronized MemorySegment segment() {
    requireOpen();
    if (segment == null) {
      segment = file.copy(begin, bytes);
    }
    return segment;
  }

  /**
   * The product of the dimensions.
   *
   * @return the number of elements, 1 for a scalar
   */
  public long elementCount() {
    return elements;
  }

  /** Whether the shape is exactly this one. */
  boolean hasShape(long... expected) {
    return Arrays.equals(shape, expected);
  }

  /**
   * The values as floats. F64 and the wide integers are rounded to the nearest float; BOOL gives 0
   * and 1.
   *
   * @return a new array of {@link #elementCount()} values in row-major order
   * @throws IllegalArgumentException if the type is not {@linkplain ElementType#isConvertible()
   *     convertible}, or the tensor has more elements than an array can hold
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
   *     not {@linkplain ElementType#isConvertible() convertible}
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
              Locale.ROOT,
              "destination has %d bytes, expected at least %d floats of 4 bytes for tensor %s",
              destination.byteSize(),
              elementCount(),
              this));
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
    read(
        (block, first, count) -> {
          for (int i = 0; i < count; i++) {
            values[(int) first + i] = checked(integerAt(block, i), first + i);
          }
        });
    return values;
  }

  /**
   * Name, type and shape.
   *
   * @return for instance {@code block1.c1.conv.h2h.weight F32 [4, 8, 1, 1]}
   */
  @Override
  public String toString() {
    return Printable.text(name) + " " + type + " " + Printable.text(Arrays.toString(shape));
  }

  private long checked(long value, long index) {
    if (type == ElementType.U64 && value < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "tensor %s holds %s at index %d, more than a long can hold",
              this,
              Long.toUnsignedString(value),
              index));
    }
    return value;
  }

  private void copy(MemorySegment floats) {
    read(
        (block, first, count) -> {
          long at = first * Float.BYTES;
          if (type == ElementType.F32) {
            MemorySegment.copy(block, F32, 0, floats, ValueLayout.JAVA_FLOAT_UNALIGNED, at, count);
            return;
          }
          for (int i = 0; i < count; i++) {
            floats.set(
                ValueLayout.JAVA_FLOAT_UNALIGNED, at + (long) i * Float.BYTES, floatAt(block, i));
          }
        });
  }

  private void read(Block consumer) {
    int elementBytes = type.bits() / 8; // of a type that is read here, a whole number
    byte[] bytesOfBlock = new byte[(int) Math.min(BLOCK, bytes)];
    MemorySegment block = MemorySegment.ofArray(bytesOfBlock);
    for (long at = 0; at < bytes; at += bytesOfBlock.length) {
      int n = (int) Math.min(bytesOfBlock.length, bytes - at);
      file.read(begin + at, bytesOfBlock, n);
      consumer.take(block, at / elementBytes, n / elementBytes);
    }
  }

  private float floatAt(MemorySegment block, long i) {
    return switch (type) {
      case F64 -> (float) block.get(F64, i * 8);
      case F32 -> block.get(F32, i * 4);
      case F16 -> Float.float16ToFloat(block.get(I16, i * 2));
      case BF16 -> Float.intBitsToFloat(block.get(I16, i * 2) << 16);
      case BOOL -> block.get(I8, i) == 0 ? 0 : 1;
      case U64 -> unsignedToFloat(block.get(I64, i * 8));
      case I64, I32, I16, I8, U32, U16, U8 -> integerAt(block, i);
      case C64, F8_E4M3, F8_E5M2, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, F6_E2M3, F6_E3M2, F4 ->
          throw new IllegalStateException("checked before");
    };
  }

  private long integerAt(MemorySegment block, long i) {
    return switch (type) {
      case I64, U64 -> block.get(I64, i * 8);
      case I32 -> block.get(I32, i * 4);
      case I16 -> block.get(I16, i * 2);
      case I8 -> block.get(I8, i);
      case U32 -> Integer.toUnsignedLong(block.get(I32, i * 4));
      case U16 -> Short.toUnsignedLong(block.get(I16, i * 2));
      case U8 -> Byte.toUnsignedLong(block.get(I8, i));
      case F64,
          F32,
          F16,
          BF16,
          BOOL,
          C64,
          F8_E4M3,
          F8_E5M2,
          F8_E8M0,
          F8_E4M3FNUZ,
          F8_E5M2FNUZ,
          F6_E2M3,
          F6_E3M2,
          F4 ->
          throw new IllegalStateException("checked before");
    };
  }

  private static float unsignedToFloat(long bits) {
    // Halved with the lost bit kept, so that rounding to nearest stays right.
    return bits >= 0 ? bits : 2f * ((bits >>> 1) | (bits & 1));
  }

  private void requireConvertible() {
    if (!type.isConvertible()) {
      throw new IllegalArgumentException(
          "tensor " + this + " cannot be converted to floats, store it as F32, F16 or BF16");
    }
  }

  private void requireOpen() {
    if (!file.isOpen()) {
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
