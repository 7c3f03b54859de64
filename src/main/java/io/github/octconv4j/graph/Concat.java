package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The inputs one behind the other along an axis.
 *
 * @param axis the axis
 * @since 0.1.0
 */
public record Concat(long axis) implements Op {
  @Override
  public String name() {
    return "Concat";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("axis", axis);
  }

  @Override
  public Arity arity() {
    return new Arity(1, Arity.ANY, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    for (int i = 1; i < in.count(); i++) {
      in.same(0, i);
    }
    return List.of(in.element(0));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] dims = in.dims(0);
    int at = Shapes.axis(axis, dims.length);
    for (int i = 1; i < in.count(); i++) {
      long[] x = in.dims(i);
      if (x.length != dims.length
          || !Arrays.equals(Replace.without(x, at), Replace.without(dims, at))) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "input %d differs elsewhere than along axis %d", i, at));
      }
      dims[at] = Shapes.plus(dims[at], x[at]);
    }
    return List.of(dims);
  }
}
