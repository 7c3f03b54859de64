package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;

/**
 * Element types, with oneDNN's names.
 *
 * @since 0.1.0
 */
public enum DataType {
  /** 32-bit floating point. */
  F32(dnnl_h.dnnl_f32(), 4),
  /** 16-bit floating point with the exponent of {@link #F32}. */
  BF16(dnnl_h.dnnl_bf16(), 2),
  /** 16-bit floating point, IEEE half. */
  F16(dnnl_h.dnnl_f16(), 2),
  /** 64-bit floating point. */
  F64(dnnl_h.dnnl_f64(), 8),
  /** 32-bit signed integer. */
  S32(dnnl_h.dnnl_s32(), 4),
  /**
   * 8-bit signed integer. Convolutions and inner products of bytes are exact: where the processor
   * has no VNNI instructions oneDNN's kernels are not, and its reference implementation is taken,
   * which is slow.
   */
  S8(dnnl_h.dnnl_s8(), 1),
  /** 8-bit unsigned integer; see {@link #S8}. */
  U8(dnnl_h.dnnl_u8(), 1);

  private final int code;
  private final int bytes;

  DataType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /** Returns the size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether it has a fraction. */
  boolean isFloatingPoint() {
    return switch (this) {
      case F32, BF16, F16, F64 -> true;
      case S32, S8, U8 -> false;
    };
  }

  int code() {
    return code;
  }

  static DataType of(int code) {
    for (DataType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new IllegalArgumentException("no data type has the code " + code);
  }
}
