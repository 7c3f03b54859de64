package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.DataType;

/** What an element type can hold. */
final class Precision {
  private Precision() {}

  /**
   * Returns the number of bits {@code b} such that all integers up to 2^b are exact: of the type
   * and of F32, in which sums are formed.
   */
  static int digits(DataType type) {
    return switch (type) {
      case BF16 -> 8;
      case F16 -> 11;
      case U8, S8 -> 7;
      default -> 24;
    };
  }

  /** Returns the distance from 1 to the next larger number. */
  static double epsilon(DataType type) {
    return Math.scalb(1.0, 1 - digits(type));
  }

  /** Returns the least finite number, the maximum of nothing. */
  static float lowest(DataType type) {
    return switch (type) {
      case BF16 -> -Float.intBitsToFloat(0x7f7f0000);
      case F16 -> -65504;
      case F32 -> -Float.MAX_VALUE;
      default -> throw new IllegalArgumentException(type + " has no lowest floating-point number");
    };
  }

  /** Returns the number of the type that is nearest, of two the even one. */
  static float round(DataType type, float value) {
    return switch (type) {
      case BF16 -> {
        int bits = Float.floatToRawIntBits(value);
        yield Float.intBitsToFloat((bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000);
      }
      case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
      case S32 -> (float) Math.rint(value);
      case U8 -> (float) Math.clamp(Math.rint(value), 0.0, 255.0);
      case S8 -> (float) Math.clamp(Math.rint(value), -128.0, 127.0);
      default -> value;
    };
  }
}
