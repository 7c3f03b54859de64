package io.github.octconv4j.bench.report;

import io.github.octconv4j.cli.Figures;
import org.jspecify.annotations.Nullable;

/** How numbers are written in the report. */
final class Numbers {
  private Numbers() {}

  /** Returns for instance .5 for 0.5. */
  static String alpha(double alpha) {
    return Double.toString(alpha).replaceFirst("\\.0$", "").replaceFirst("^0\\.", ".");
  }

  /** Returns for instance .478. */
  static String ratio(double ratio) {
    return Figures.number("%.3f", ratio).replaceFirst("^0\\.", ".");
  }

  /** Returns for instance 1.24, 35 or 840: as many digits as tell something. */
  static String times(double factor) {
    return Figures.number(factor < 9.95 ? "%.2f" : "%.0f", factor);
  }

  /** Returns microseconds with at least three digits that count, as far as there are any. */
  static String micros(double us) {
    return Figures.number(us < 9.995 ? "%.2f" : us < 99.95 ? "%.1f" : "%.0f", us);
  }

  /**
   * Returns for instance " \u00b13%": half of the distance of the quartiles.
   *
   * @param spread that distance over the median; null gives ""
   */
  static String spread(@Nullable Double spread) {
    return spread == null ? "" : Figures.number(" \u00b1%.0f%%", 50 * spread);
  }
}
