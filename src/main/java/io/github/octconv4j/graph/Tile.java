package io.github.octconv4j.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The input repeated along each axis as often as the second input says.
 *
 * @since 0.1.0
 */
public record Tile() implements Op {
  @Override
  public String name() {
    return "Tile";
  }

  @Override
  public Arity arity() {
    return Arity.BINARY;
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] dims = in.dims(0);
    long[] repeats = in.longs(1);
    if (repeats.length != dims.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "repeats are %s, expected one for each axis", Arrays.toString(repeats)));
    }
    for (int i = 0; i < dims.length; i++) {
      dims[i] = Shapes.times(dims[i], repeats[i]);
    }
    return List.of(dims);
  }
}
