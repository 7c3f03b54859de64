package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Parts of the input along an axis: inputs data and an optional list of sizes. Without it the parts
 * are equal, but that the last one may be smaller.
 *
 * @param axis the axis
 * @since 0.1.0
 */
public record Split(long axis) implements Op {
  @Override
  public String name() {
    return "Split";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("axis", axis);
  }

  @Override
  public Arity arity() {
    return new Arity(1, 2, Arity.ANY);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    return Collections.nCopies(in.outputs(), in.element(0));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    int at = Shapes.axis(axis, x.length);
    int parts = in.outputs();
    long[] sizes = in.has(1) ? in.longs(1) : new long[parts];
    long rest = x[at];
    List<long[]> dims = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      if (!in.has(1)) {
        sizes[i] = Math.min(rest, Math.ceilDiv(x[at], parts));
      }
      rest -= Math.min(sizes[i], rest + 1);
      dims.add(Replace.size(x, at, sizes[i]));
    }
    if (sizes.length != parts || rest != 0 || Arrays.stream(sizes).anyMatch(size -> size < 0)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d outputs of sizes %s can't make up %d",
              parts,
              Arrays.toString(sizes),
              x[at]));
    }
    return dims;
  }
}
