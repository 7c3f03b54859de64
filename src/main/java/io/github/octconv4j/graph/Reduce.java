package io.github.octconv4j.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One value of the elements along some axes: inputs data and an optional list of axes. Without axes
 * it is all of them.
 *
 * @param reduction what is made
 * @param keepsDims whether the axes stay, with size 1
 * @param noneByDefault whether without axes nothing is reduced
 * @since 0.1.0
 */
public record Reduce(Reduction reduction, boolean keepsDims, boolean noneByDefault) implements Op {
  /** Checks the parameters. */
  public Reduce {
    Objects.requireNonNull(reduction, "reduction");
  }

  @Override
  public String name() {
    return reduction.onnxName;
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("keepdims", keepsDims, "noop_with_empty_axes", noneByDefault);
  }

  @Override
  public Arity arity() {
    return new Arity(1, 2, 1);
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    boolean[] reduced = reduced(x.length, in.has(1) ? in.longs(1) : new long[0]);
    long[] dims = new long[x.length];
    int rank = 0;
    for (int i = 0; i < x.length; i++) {
      if (!reduced[i] || keepsDims) {
        dims[rank++] = reduced[i] ? 1 : x[i];
      }
    }
    return List.of(Arrays.copyOf(dims, rank));
  }

  /**
   * Which axes are reduced.
   *
   * @param rank how many axes there are
   * @param axes those that are named, negative ones from behind
   * @return true for each that is reduced
   * @throws IllegalArgumentException if there is no such axis
   */
  public boolean[] reduced(int rank, long[] axes) {
    boolean[] reduced = new boolean[Shapes.rank(rank)];
    if (axes.length == 0) {
      Arrays.fill(reduced, !noneByDefault);
    }
    for (int axis : Shapes.axes(axes, rank)) {
      reduced[axis] = true;
    }
    return reduced;
  }
}
