package io.github.octconv4j.graph;

import java.util.Locale;

/**
 * How many inputs and outputs an operation has.
 *
 * @param leastInputs inputs that must be there
 * @param mostInputs inputs that may be there
 * @param mostOutputs outputs that can be asked for
 * @since 0.1.0
 */
public record Arity(int leastInputs, int mostInputs, int mostOutputs) {
  /** As many as there are. */
  public static final int ANY = Integer.MAX_VALUE;

  static final Arity UNARY = new Arity(1, 1, 1);
  static final Arity BINARY = new Arity(2, 2, 1);

  /** Says what does not fit. */
  void check(Operands in) {
    if (in.count() < leastInputs || in.count() > mostInputs) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "has %d inputs, expected %s",
              in.count(),
              range(leastInputs, mostInputs)));
    }
    for (int i = 0; i < leastInputs; i++) {
      if (!in.has(i)) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "input %d is left out, but needed", i));
      }
    }
    if (in.outputs() > mostOutputs) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "has %d outputs, expected %s", in.outputs(), range(1, mostOutputs)));
    }
  }

  private static String range(int least, int most) {
    return least == most
        ? String.valueOf(least)
        : most == ANY ? "at least " + least : least + " to " + most;
  }
}
