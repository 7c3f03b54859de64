package io.github.octconv4j.graph;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The same elements with the dimensions of the second input: one may be -1, which is what is left;
 * 0 is that of the input.
 *
 * @param allowZero whether 0 means 0
 * @since 0.1.0
 */
public record Reshape(boolean allowZero) implements Op {
  @Override
  public String name() {
    return "Reshape";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("allowzero", allowZero);
  }

  @Override
  public Arity arity() {
    return Arity.BINARY;
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long[] dims = in.longs(1);
    int open = -1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == 0 && !allowZero) {
        dims[i] = i < x.length ? x[i] : -2;
      }
      if (dims[i] == -1 && open < 0) {
        open = i;
        dims[i] = 1;
      } else if (dims[i] < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the shape is %s, expected sizes, 0 for those of the input, and -1 once",
                in.constant(1)));
      }
    }
    long count = Shapes.count(x);
    long rest = Shapes.count(dims);
    if (open >= 0 && rest != 0 && count % rest == 0) {
      dims[open] = count / rest;
      rest = count;
    }
    if (rest != count) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%d elements can't have the shape %s", count, in.constant(1)));
    }
    return List.of(dims);
  }
}
