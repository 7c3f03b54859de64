package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Takes mean and deviation over the last axes away: inputs x, scale, optional bias. The other
 * outputs are mean and inverse deviation.
 *
 * @param axis the first of the last axes
 * @param epsilon added to the variance
 * @since 0.1.0
 */
public record LayerNormalization(long axis, float epsilon) implements Op {
  @Override
  public String name() {
    return "LayerNormalization";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("axis", axis, "epsilon", epsilon);
  }

  @Override
  public Arity arity() {
    return new Arity(2, 3, 3);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.same(0, 1, 2);
    return List.of(in.floating(0), ElementType.F32, ElementType.F32);
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long[] mean = x.clone();
    Arrays.fill(mean, Shapes.axis(axis, x.length), x.length, 1);
    for (int i = 1; i < in.count(); i++) {
      if (in.has(i) && !Arrays.equals(Shapes.broadcast(x, in.dims(i)), x)) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "input %d can't be broadcast to the first", i));
      }
    }
    return List.of(x, mean, mean);
  }
}
