package io.github.octconv4j.graph;

import java.util.List;

/**
 * The functions of one element, by ONNX's definitions.
 *
 * @since 0.1.0
 */
public enum UnaryFunction {
  /** The absolute value. */
  ABS("Abs", true, (x, a, b) -> Math.abs(x)),
  /** The inverse of the cosine. */
  ACOS("Acos", false, (x, a, b) -> Math.acos(x)),
  /** The inverse of the hyperbolic cosine. */
  ACOSH("Acosh", false, (x, a, b) -> Math.log(x + Math.sqrt(x * x - 1))),
  /** The inverse of the sine. */
  ASIN("Asin", false, (x, a, b) -> Math.asin(x)),
  /** The inverse of the hyperbolic sine. */
  ASINH("Asinh", false, (x, a, b) -> asinh(x)),
  /** The inverse of the tangent. */
  ATAN("Atan", false, (x, a, b) -> Math.atan(x)),
  /** The inverse of the hyperbolic tangent. */
  ATANH("Atanh", false, (x, a, b) -> 0.5 * Math.log1p(2 * x / (1 - x))),
  /** The next integer above. */
  CEIL("Ceil", false, (x, a, b) -> Math.ceil(x)),
  /** Exponential below 0, as steep as the identity there. */
  CELU(
      "Celu", false, (x, a, b) -> Math.max(0, x) + Math.min(0, a * Math.expm1(x / a)), "alpha", 1f),
  /** The cosine. */
  COS("Cos", false, (x, a, b) -> Math.cos(x)),
  /** The hyperbolic cosine. */
  COSH("Cosh", false, (x, a, b) -> Math.cosh(x)),
  /** Exponential below 0. */
  ELU("Elu", false, (x, a, b) -> x < 0 ? a * Math.expm1(x) : x, "alpha", 1f),
  /** The error function. */
  ERF("Erf", false, (x, a, b) -> Erf.of(x)),
  /** e to the power of x. */
  EXP("Exp", false, (x, a, b) -> Math.exp(x)),
  /** The next integer below. */
  FLOOR("Floor", false, (x, a, b) -> Math.floor(x)),
  /** Gauss' error linear unit. */
  GELU("Gelu", false, (x, a, b) -> 0.5 * x * (1 + Erf.of(x / Math.sqrt(2)))),
  /** Gauss' error linear unit, approximated by the hyperbolic tangent. */
  GELU_TANH(
      "Gelu",
      false,
      (x, a, b) -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
  /** A line between 0 and 1. */
  HARD_SIGMOID(
      "HardSigmoid",
      false,
      (x, a, b) -> Math.max(0, Math.min(1, a * x + b)),
      "alpha",
      0.2f,
      "beta",
      0.5f),
  /** x times the line between 0 and 1 of slope 1/6. */
  HARD_SWISH("HardSwish", false, (x, a, b) -> x * Math.max(0, Math.min(1, x / 6 + 0.5))),
  /** Whether it is infinite, in the directions that are asked for. */
  IS_INF(
      "IsInf",
      false,
      (x, a, b) -> Double.isInfinite(x) && (x < 0 ? a : b) != 0 ? 1 : 0,
      "detect_negative",
      1f,
      "detect_positive",
      1f),
  /** Whether it is no number. */
  IS_NAN("IsNaN", false, (x, a, b) -> Double.isNaN(x) ? 1 : 0),
  /** A line of its own slope below 0. */
  LEAKY_RELU("LeakyRelu", false, (x, a, b) -> x < 0 ? a * x : x, "alpha", 0.01f),
  /** The natural logarithm. */
  LOG("Log", false, (x, a, b) -> Math.log(x)),
  /** x times the hyperbolic tangent of its softplus. */
  MISH("Mish", false, (x, a, b) -> x * Math.tanh(softplus(x))),
  /** The negative. */
  NEG("Neg", true, (x, a, b) -> -x),
  /** True for false. */
  NOT("Not", true, (x, a, b) -> x == 0 ? 1 : 0),
  /** 1 / x. */
  RECIPROCAL("Reciprocal", false, (x, a, b) -> 1 / x),
  /** Nothing below 0. */
  RELU("Relu", true, (x, a, b) -> x < 0 ? 0 : x),
  /** The nearest integer, the even one of two. */
  ROUND("Round", false, (x, a, b) -> Math.rint(x)),
  /** Exponential below 0, scaled. */
  SELU(
      "Selu",
      false,
      (x, a, b) -> b * (x <= 0 ? a * Math.expm1(x) : x),
      "alpha",
      1.6732632f,
      "gamma",
      1.050701f),
  /** Nothing within lambd of 0, bias nearer to 0 elsewhere. */
  SHRINK(
      "Shrink", true, (x, a, b) -> x < -a ? x + b : x > a ? x - b : 0, "lambd", 0.5f, "bias", 0f),
  /** 1 / (1 + e^-x). */
  SIGMOID("Sigmoid", false, (x, a, b) -> 1 / (1 + Math.exp(-x))),
  /** -1, 0 or 1. */
  SIGN("Sign", true, (x, a, b) -> Math.signum(x)),
  /** The sine. */
  SIN("Sin", false, (x, a, b) -> Math.sin(x)),
  /** The hyperbolic sine. */
  SINH("Sinh", false, (x, a, b) -> Math.sinh(x)),
  /** ln(1 + e^x). */
  SOFTPLUS("Softplus", false, (x, a, b) -> softplus(x)),
  /** x / (1 + |x|). */
  SOFTSIGN("Softsign", false, (x, a, b) -> x / (1 + Math.abs(x))),
  /** The square root. */
  SQRT("Sqrt", false, (x, a, b) -> Math.sqrt(x)),
  /** x times the sigmoid of alpha x. */
  SWISH("Swish", false, (x, a, b) -> x / (1 + Math.exp(-a * x)), "alpha", 1f),
  /** The tangent. */
  TAN("Tan", false, (x, a, b) -> Math.tan(x)),
  /** The hyperbolic tangent. */
  TANH("Tanh", false, (x, a, b) -> Math.tanh(x)),
  /** Nothing up to alpha. */
  THRESHOLDED_RELU("ThresholdedRelu", false, (x, a, b) -> x > a ? x : 0, "alpha", 1f);

  /** A function of an element and two parameters. */
  @FunctionalInterface
  private interface Definition {
    double apply(double x, double alpha, double beta);
  }

  private final String onnxName;
  private final boolean integers;

  @SuppressWarnings("ImmutableEnumChecker") // lambdas that capture nothing
  private final Definition definition;

  private final String first; // names of the parameters, empty for none
  private final float firstDefault;
  private final String second;
  private final float secondDefault;

  UnaryFunction(String onnxName, boolean integers, Definition definition) {
    this(onnxName, integers, definition, "", 0);
  }

  UnaryFunction(
      String onnxName, boolean integers, Definition definition, String first, float firstDefault) {
    this(onnxName, integers, definition, first, firstDefault, "", 0);
  }

  UnaryFunction(
      String onnxName,
      boolean integers,
      Definition definition,
      String first,
      float firstDefault,
      String second,
      float secondDefault) {
    this.onnxName = onnxName;
    this.integers = integers;
    this.definition = definition;
    this.first = first;
    this.firstDefault = firstDefault;
    this.second = second;
    this.secondDefault = secondDefault;
  }

  private static double asinh(double x) {
    double size = Math.abs(x);
    double result =
        size > 1e100
            ? Math.log(size) + Math.log(2)
            : Math.log1p(size + size * size / (1 + Math.sqrt(1 + size * size)));
    return Math.copySign(result, x);
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
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
   * Whether it is defined for integers.
   *
   * @return false for functions of floats only
   */
  public boolean takesIntegers() {
    return integers;
  }

  /**
   * ONNX's names of its parameters.
   *
   * @return at most two
   */
  public List<String> parameters() {
    return first.isEmpty() ? List.of() : second.isEmpty() ? List.of(first) : List.of(first, second);
  }

  float defaultOf(int parameter) {
    return parameter == 0 ? firstDefault : secondDefault;
  }

  /**
   * Computes it.
   *
   * @param x an element
   * @param alpha the first parameter
   * @param beta the second parameter
   * @return the result
   */
  public double apply(double x, double alpha, double beta) {
    return definition.apply(x, alpha, beta);
  }
}
