package io.github.octconv4j.graph;

import java.util.List;

/**
 * Adds axes of size 1: inputs data and a list of the places that they have in the result.
 *
 * @since 0.1.0
 */
public record Unsqueeze() implements Op {
  @Override
  public String name() {
    return "Unsqueeze";
  }

  @Override
  public Arity arity() {
    return Arity.BINARY;
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    int[] axes = Shapes.axes(in.longs(1), x.length + in.longs(1).length);
    long[] dims = new long[x.length + axes.length];
    for (int axis : axes) {
      dims[axis] = 1;
    }
    int next = 0;
    boolean[] added = new boolean[dims.length];
    for (int axis : axes) {
      added[axis] = true;
    }
    for (int i = 0; i < dims.length; i++) {
      dims[i] = added[i] ? 1 : x[next++];
    }
    return List.of(dims);
  }
}
