package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Map;

/**
 * Local response normalization over neighbouring channels: {@code x / (bias + alpha / size * sum of
 * squares)^beta}.
 *
 * @param size how many channels are summed
 * @param alpha factor of the sum
 * @param beta the exponent
 * @param bias added to the sum
 * @since 0.1.0
 */
public record Lrn(long size, float alpha, float beta, float bias) implements Op {
  /** Checks the parameters. */
  public Lrn {
    Conv.positive("size", size);
  }

  @Override
  public String name() {
    return "LRN";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("size", size, "alpha", alpha, "beta", beta, "bias", bias);
  }

  @Override
  public Arity arity() {
    return Arity.UNARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    return List.of(in.floating(0));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    if (x.length < 2) {
      throw new IllegalArgumentException("the input has no channels");
    }
    return List.of(x);
  }
}
