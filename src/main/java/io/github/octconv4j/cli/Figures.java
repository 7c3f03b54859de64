package io.github.octconv4j.cli;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.PlanOptions;
import java.util.Collection;
import java.util.Locale;

/** How figures are written, whatever the user's language, and put together. */
public final class Figures {
  private Figures() {}

  /** Returns numbers in a format of {@link String#format}. */
  public static String number(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** Returns for instance {@code 1,234,567}. */
  static String count(long value) {
    return number("%,d", value);
  }

  /** Returns for instance {@code 0.5}, or {@code 0}. */
  static String alpha(double alpha) {
    return Double.toString(alpha).replaceFirst("\\.0$", "");
  }

  /** Returns for instance {@code 32+32}, high and low channels. */
  static String channels(ChannelSplit split) {
    return split.high() + "+" + split.low();
  }

  /** Returns for instance {@code 1 thread}. */
  public static String threads(int threads) {
    return String.format(Locale.ROOT, "%d thread%s", threads, threads == 1 ? "" : "s");
  }

  /** Returns for instance {@code f32}. */
  static String type(DataType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /** Returns for instance {@code f32} or {@code f32 with bf16 arithmetic}. */
  static String arithmetic(PlanOptions options) {
    return type(options.type())
        + (options.fpMath() == FpMath.STRICT ? "" : " with bf16 arithmetic");
  }

  /** Returns for instance {@code f32, 1 thread}. */
  static String run(PlanOptions options) {
    return arithmetic(options) + ", " + threads(options.threads());
  }

  /** Returns the geometric mean of at least one number. */
  public static double geometricMean(Collection<Double> values) {
    return Math.exp(values.stream().mapToDouble(Math::log).average().orElseThrow());
  }
}
