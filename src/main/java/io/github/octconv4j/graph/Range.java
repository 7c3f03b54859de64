package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Locale;

/**
 * Numbers from the first input, before the second, in steps of the third.
 *
 * @since 0.1.0
 */
public record Range() implements Op {
  @Override
  public String name() {
    return "Range";
  }

  @Override
  public Arity arity() {
    return new Arity(3, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    return List.of(in.same(0, 1, 2));
  }

  @Override
  public List<long[]> dims(Operands in) {
    double[] numbers = new double[3];
    for (int i = 0; i < 3; i++) {
      if (in.constant(i).count() != 1) {
        throw new IllegalArgumentException(String.format(Locale.ROOT, "input %d is no scalar", i));
      }
      numbers[i] = in.constant(i).doubleAt(0);
    }
    double count = Math.ceil((numbers[1] - numbers[0]) / numbers[2]);
    boolean finite = Math.abs(count) < Long.MAX_VALUE; // not for NaN
    if (numbers[2] == 0 || !finite) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "numbers from %s to %s in steps of %s have no end",
              numbers[0],
              numbers[1],
              numbers[2]));
    }
    return List.of(new long[] {Math.max(0, (long) count)});
  }
}
