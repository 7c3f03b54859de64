package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code scale (x - mean) / sqrt(variance + epsilon) + bias} for each channel of (n, c, sizes...):
 * inputs x, scale, bias, mean, variance. In training, mean and variance are those of x, and the
 * other outputs are the running ones.
 *
 * @param epsilon added to the variance
 * @param momentum share of the old running values
 * @param training whether x says mean and variance
 * @since 0.1.0
 */
public record BatchNormalization(float epsilon, float momentum, boolean training) implements Op {
  @Override
  public String name() {
    return "BatchNormalization";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("epsilon", epsilon, "momentum", momentum, "training_mode", training);
  }

  @Override
  public Arity arity() {
    return new Arity(5, 5, training ? 3 : 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    return List.of(in.floating(0), in.floating(3), in.floating(4));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    if (x.length < 2) {
      throw new IllegalArgumentException("the input has no channels");
    }
    for (int i = 1; i < 5; i++) {
      if (!Arrays.equals(in.dims(i), new long[] {x[1]})) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "input %d is %s, expected [%d], a value for each channel",
                i,
                Arrays.toString(in.dims(i)),
                x[1]));
      }
    }
    return List.of(x, in.dims(3), in.dims(4));
  }
}
