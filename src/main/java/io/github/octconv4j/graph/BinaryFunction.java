package io.github.octconv4j.graph;

import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * The functions of two elements, by ONNX's definitions; some of them take any number, one after the
 * other.
 *
 * @since 0.1.0
 */
public enum BinaryFunction {
  /** The sum. */
  ADD("Add", (x, y) -> x + y, (x, y) -> x + y),
  /** The difference. */
  SUB("Sub", (x, y) -> x - y, (x, y) -> x - y),
  /** The product. */
  MUL("Mul", (x, y) -> x * y, (x, y) -> x * y),
  /** The quotient, of integers towards 0. */
  DIV("Div", (x, y) -> x / y, BinaryFunction::divide),
  /** The first to the power of the second. */
  POW("Pow", Math::pow, (x, y) -> (long) Math.pow((double) x, (double) y)),
  /** The remainder with the sign of the second. */
  MOD("Mod", (x, y) -> x - Math.floor(x / y) * y, (x, y) -> x - y * floorDivide(x, y)),
  /** The remainder with the sign of the first. */
  FMOD("Mod", (x, y) -> x % y, (x, y) -> x - y * divide(x, y)),
  /** The second is the slope below 0. */
  PRELU("PRelu", (x, y) -> x < 0 ? x * y : x, (x, y) -> x < 0 ? x * y : x),
  /** The larger one. */
  MAX("Max", Math::max, Math::max),
  /** The smaller one. */
  MIN("Min", Math::min, Math::min),
  /** The sum of all. */
  SUM("Sum", (x, y) -> x + y, (x, y) -> x + y),
  /** The mean of all. */
  MEAN("Mean", (x, y) -> x + y, (x, y) -> x + y),
  /** Both. */
  AND("And", (x, y) -> x != 0 && y != 0 ? 1 : 0, (x, y) -> x & y),
  /** At least one. */
  OR("Or", (x, y) -> x != 0 || y != 0 ? 1 : 0, (x, y) -> x | y),
  /** One alone. */
  XOR("Xor", (x, y) -> (x != 0) != (y != 0) ? 1 : 0, (x, y) -> x ^ y),
  /** Whether they are equal. */
  EQUAL("Equal", (x, y) -> x == y ? 1 : 0, (x, y) -> x == y ? 1 : 0),
  /** Whether the first is greater. */
  GREATER("Greater", (x, y) -> x > y ? 1 : 0, (x, y) -> x > y ? 1 : 0),
  /** Whether the first is not smaller. */
  GREATER_OR_EQUAL("GreaterOrEqual", (x, y) -> x >= y ? 1 : 0, (x, y) -> x >= y ? 1 : 0),
  /** Whether the first is smaller. */
  LESS("Less", (x, y) -> x < y ? 1 : 0, (x, y) -> x < y ? 1 : 0),
  /** Whether the first is not greater. */
  LESS_OR_EQUAL("LessOrEqual", (x, y) -> x <= y ? 1 : 0, (x, y) -> x <= y ? 1 : 0);

  private final String onnxName;

  @SuppressWarnings("ImmutableEnumChecker") // lambdas that capture nothing
  private final DoubleBinaryOperator floats;

  @SuppressWarnings("ImmutableEnumChecker")
  private final LongBinaryOperator integers;

  BinaryFunction(String onnxName, DoubleBinaryOperator floats, LongBinaryOperator integers) {
    this.onnxName = onnxName;
    this.floats = floats;
    this.integers = integers;
  }

  private static long divide(long x, long y) {
    if (y == 0) {
      throw new IllegalArgumentException("an integer is divided by 0");
    }
    return x / y;
  }

  private static long floorDivide(long x, long y) {
    if (y == 0) {
      throw new IllegalArgumentException("an integer is divided by 0");
    }
    return Math.floorDiv(x, y);
  }

  /**
   * The operator that it is in ONNX.
   *
   * @return its name
   */
  public String onnxName() {
    return onnxName;
  }

  /**
   * Whether it takes any number of inputs.
   *
   * @return false if it takes two
   */
  public boolean isVariadic() {
    return this == MAX || this == MIN || this == SUM || this == MEAN;
  }

  /**
   * Whether its result is true or false.
   *
   * @return true for comparisons and logic
   */
  public boolean isPredicate() {
    return switch (this) {
      case AND, OR, XOR, EQUAL, GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL -> true;
      case ADD, SUB, MUL, DIV, POW, MOD, FMOD, PRELU, MAX, MIN, SUM, MEAN -> false;
    };
  }

  /**
   * Computes it for floats.
   *
   * @param x the first
   * @param y the second
   * @return the result; 1 for true
   */
  public double apply(double x, double y) {
    return floats.applyAsDouble(x, y);
  }

  /**
   * Computes it for integers.
   *
   * @param x the first
   * @param y the second
   * @return the result, which wraps around; 1 for true
   * @throws IllegalArgumentException if it divides by 0
   */
  public long apply(long x, long y) {
    return integers.applyAsLong(x, y);
  }
}
