package io.github.octconv4j.weights;

import io.github.octconv4j.files.Names;
import java.util.Arrays;

/**
 * The element types of safetensors files. The constants' names are the format's {@code dtype}
 * strings. All values are stored little-endian.
 *
 * @since 0.1.0
 */
public enum ElementType {
  /** IEEE 754 binary64. */
  F64(8),
  /** IEEE 754 binary32. */
  F32(4),
  /** IEEE 754 binary16. */
  F16(2),
  /** The upper 16 bits of an IEEE 754 binary32. */
  BF16(2),
  /** Signed, 64 bits. */
  I64(8),
  /** Signed, 32 bits. */
  I32(4),
  /** Signed, 16 bits. */
  I16(2),
  /** Signed, 8 bits. */
  I8(1),
  /** Unsigned, 64 bits. */
  U64(8),
  /** Unsigned, 32 bits. */
  U32(4),
  /** Unsigned, 16 bits. */
  U16(2),
  /** Unsigned, 8 bits. */
  U8(1),
  /** One byte, 0 is false, everything else is true. */
  BOOL(1),
  /** 8-bit float with 4 exponent bits. Such tensors can be listed and copied, not converted. */
  F8_E4M3(1),
  /** 8-bit float with 5 exponent bits. Such tensors can be listed and copied, not converted. */
  F8_E5M2(1);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
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
            + Names.quote(dtype)
            + " is unknown, expected one of "
            + Arrays.toString(values()));
  }

  /**
   * The size of one element.
   *
   * @return its size in bytes
   */
  public int bytes() {
    return bytes;
  }

  /**
   * Whether the values are integers, so that {@link TensorView#toLongs()} can read them.
   *
   * @return true for the signed and unsigned types, false for floats and {@link #BOOL}
   */
  public boolean isInteger() {
    return switch (this) {
      case I64, I32, I16, I8, U64, U32, U16, U8 -> true;
      case F64, F32, F16, BF16, BOOL, F8_E4M3, F8_E5M2 -> false;
    };
  }
}
