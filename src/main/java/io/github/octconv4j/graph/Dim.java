package io.github.octconv4j.graph;

import java.util.Locale;
import java.util.Objects;

/**
 * One dimension of a tensor: a size, or one that is not known yet.
 *
 * @param size at least 0, or {@link #UNKNOWN}
 * @param symbol what an unknown size is called, for instance {@code batch}; equal symbols mean
 *     equal sizes; empty for no name, and for known sizes
 * @since 0.1.0
 */
public record Dim(long size, String symbol) {
  /** The size of a dimension that is not known yet. */
  public static final long UNKNOWN = -1;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if the size is negative and not {@link #UNKNOWN}, or known and
   *     has a symbol
   */
  public Dim {
    Objects.requireNonNull(symbol, "symbol");
    if (size < UNKNOWN) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "size is %d, expected at least 0, or -1 for an unknown one", size));
    }
    if (size != UNKNOWN && !symbol.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "symbol is %s, expected none for the known size %d", symbol, size));
    }
  }

  /**
   * A known dimension.
   *
   * @param size at least 0
   * @return the dimension
   */
  public static Dim of(long size) {
    if (size < 0) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "size is %d, expected at least 0", size));
    }
    return new Dim(size, "");
  }

  /**
   * A dimension that is not known yet.
   *
   * @param symbol its name, or an empty text
   * @return the dimension
   */
  public static Dim unknown(String symbol) {
    return new Dim(UNKNOWN, symbol);
  }

  /**
   * Whether the size is known.
   *
   * @return false for a symbol
   */
  public boolean isKnown() {
    return size != UNKNOWN;
  }

  /** The size, the symbol, or {@code ?}. */
  @Override
  public String toString() {
    return isKnown() ? Long.toString(size) : symbol.isEmpty() ? "?" : symbol;
  }
}
