package io.github.octconv4j.weights;

import io.github.octconv4j.text.Printable;
import java.util.Arrays;
import java.util.Locale;

/**
 * The element types of safetensors files. The constants' names are the format's {@code dtype}
 * strings. All values are stored little-endian. Tensors of types that are not convertible can be
 * listed and copied as they are, see {@link TensorView#segment()}.
 *
 * @since 0.1.0
 */
public enum ElementType {
  /** IEEE 754 binary64. */
  F64(64),
  /** IEEE 754 binary32. */
  F32(32),
  /** IEEE 754 binary16. */
  F16(16),
  /** The upper 16 bits of an IEEE 754 binary32. */
  BF16(16),
  /** Signed, 64 bits. */
  I64(64),
  /** Signed, 32 bits. */
  I32(32),
  /** Signed, 16 bits. */
  I16(16),
  /** Signed, 8 bits. */
  I8(8),
  /** Unsigned, 64 bits. */
  U64(64),
  /** Unsigned, 32 bits. */
  U32(32),
  /** Unsigned, 16 bits. */
  U16(16),
  /** Unsigned, 8 bits. */
  U8(8),
  /** One byte, 0 is false, everything else is true. */
  BOOL(8),
  /** Complex, two IEEE 754 binary32. Not convertible. */
  C64(64),
  /** 8-bit float with 4 exponent bits. Not convertible. */
  F8_E4M3(8),
  /** 8-bit float with 5 exponent bits. Not convertible. */
  F8_E5M2(8),
  /** 8 bits of exponent alone, a scale. Not convertible. */
  F8_E8M0(8),
  /** 8-bit float with 4 exponent bits, without infinities and negative zero. Not convertible. */
  F8_E4M3FNUZ(8),
  /** 8-bit float with 5 exponent bits, without infinities and negative zero. Not convertible. */
  F8_E5M2FNUZ(8),
  /** 6-bit float with 2 exponent bits. Not convertible. */
  F6_E2M3(6),
  /** 6-bit float with 3 exponent bits. Not convertible. */
  F6_E3M2(6),
  /** 4-bit float with 2 exponent bits. Not convertible. */
  F4(4);

  private final int bits;

  ElementType(int bits) {
    this.bits = bits;
  }

  /**
   * The type that a {@code dtype} string stands for.
   *
   * @param dtype for instance {@code "F32"}; case matters
   * @return its type
   * @throws IllegalArgumentException if there is no such type, or none known here
   */
  public static ElementType of(String dtype) {
    for (ElementType type : values()) {
      if (type.name().equals(dtype)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "dtype "
            + Printable.quote(dtype)
            + " is unknown, expected one of "
            + Arrays.toString(values()));
  }

  /**
   * The size of one element. Elements of less than a byte stand close together.
   *
   * @return its size in bits
   */
  public int bits() {
    return bits;
  }

  /**
   * The size of elements that stand close together, as in a tensor.
   *
   * @param count how many there are
   * @return their size in bytes; what does not fill the last byte counts as a whole one
   * @throws IllegalArgumentException if count is negative, or the size above {@code Long.MAX_VALUE}
   */
  public long bytes(long count) {
    long most = bits < Byte.SIZE ? Long.MAX_VALUE : Long.MAX_VALUE / bits * Byte.SIZE;
    if (count < 0 || count > most) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "count is %d, expected 0 to %d elements of %s", count, most, this));
    }
    return count / Byte.SIZE * bits + Math.ceilDiv(count % Byte.SIZE * bits, (long) Byte.SIZE);
  }

  /**
   * Whether {@link TensorView#toFloats()} and {@link TensorView#copyTo} can read the values.
   *
   * @return false for complex numbers and floats of 8 bits and less
   */
  public boolean isConvertible() {
    return switch (this) {
      case F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL -> true;
      case C64, F8_E4M3, F8_E5M2, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, F6_E2M3, F6_E3M2, F4 -> false;
    };
  }

  /**
   * Whether the values are integers, so that {@link TensorView#toLongs()} can read them.
   *
   * @return true for the signed and unsigned types, false for all others
   */
  public boolean isInteger() {
    return switch (this) {
      case I64, I32, I16, I8, U64, U32, U16, U8 -> true;
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
          false;
    };
  }
}
