package io.github.octconv4j.graph;

import io.github.octconv4j.text.Checks;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The axes in another order.
 *
 * @param permutation for each axis of the result the one of the input; empty to turn their order
 *     around
 * @since 0.1.0
 */
public record Transpose(List<Long> permutation) implements Op {
  /** Checks the parameters. */
  public Transpose {
    permutation = Checks.list("permutation", permutation);
  }

  @Override
  public String name() {
    return "Transpose";
  }

  @Override
  public Map<String, Object> attributes() {
    return permutation.isEmpty() ? Map.of() : Attributes.of("perm", permutation);
  }

  @Override
  public Arity arity() {
    return Arity.UNARY;
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    return List.of(Arrays.stream(order(x.length)).mapToLong(axis -> x[axis]).toArray());
  }

  /**
   * For each axis of the result that of the input.
   *
   * @param rank how many axes there are
   * @return a new array
   * @throws IllegalArgumentException if the permutation is none of so many axes
   */
  public int[] order(int rank) {
    Shapes.rank(rank);
    if (permutation.isEmpty()) {
      return IntStream.range(0, rank).map(i -> rank - 1 - i).toArray();
    }
    if (permutation.size() != rank) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "perm is %s, the input has %d axes", permutation, rank));
    }
    return Shapes.axes(Shapes.toArray(permutation), rank);
  }
}
