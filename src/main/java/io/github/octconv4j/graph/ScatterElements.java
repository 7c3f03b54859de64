package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The first input with each element of the third written, added or otherwise joined at the place
 * that the second names along an axis, at the same place of the others: inputs data, indices and
 * updates.
 *
 * @param axis the axis
 * @param reduction how an update joins what is there: empty to replace it, else one of ADD, MUL,
 *     MAX, MIN
 * @since 0.1.0
 */
public record ScatterElements(long axis, Optional<BinaryFunction> reduction) implements Op {
  /** Checks the parameters. */
  public ScatterElements {
    ScatterND.check(reduction);
  }

  @Override
  public String name() {
    return "ScatterElements";
  }

  @Override
  public Map<String, Object> attributes() {
    return reduction.isEmpty()
        ? Attributes.of("axis", axis)
        : Attributes.of("axis", axis, "reduction", ScatterND.text(reduction.get()));
  }

  @Override
  public Arity arity() {
    return new Arity(3, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.in(1, ElementType.I64, ElementType.I32);
    return List.of(in.same(0, 2));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long[] indices = in.dims(1);
    int at = Shapes.axis(axis, x.length);
    boolean fits = indices.length == x.length && Arrays.equals(indices, in.dims(2));
    for (int i = 0; fits && i < x.length; i++) {
      fits = i == at || indices[i] <= x[i];
    }
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "indices are %s and updates %s, expected the same of both, and at most %s but for axis %d",
              Arrays.toString(indices),
              Arrays.toString(in.dims(2)),
              Arrays.toString(x),
              at));
    }
    return List.of(x);
  }
}
