package io.github.octconv4j.graph;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Takes axes of size 1 away: inputs data and an optional list of axes. Without it, all of size 1.
 *
 * @since 0.1.0
 */
public record Squeeze() implements Op {
  @Override
  public String name() {
    return "Squeeze";
  }

  @Override
  public Arity arity() {
    return new Arity(1, 2, 1);
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    boolean[] gone = new boolean[x.length];
    if (in.has(1)) {
      for (int axis : Shapes.axes(in.longs(1), x.length)) {
        if (x[axis] != 1) {
          throw new IllegalArgumentException(
              String.format(Locale.ROOT, "axis %d has size %d, not 1", axis, x[axis]));
        }
        gone[axis] = true;
      }
    } else {
      for (int i = 0; i < x.length; i++) {
        gone[i] = x[i] == 1;
      }
    }
    return List.of(
        IntStream.range(0, x.length).filter(i -> !gone[i]).mapToLong(i -> x[i]).toArray());
  }
}
