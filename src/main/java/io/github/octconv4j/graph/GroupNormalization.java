package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Takes mean and deviation of each image's groups of channels away: inputs x (n, c, sizes...),
 * scale and bias. With a group for each channel it is ONNX's {@code InstanceNormalization}.
 *
 * @param groups groups of channels; 0 for one of each channel
 * @param epsilon added to the variance
 * @since 0.1.0
 */
public record GroupNormalization(long groups, float epsilon) implements Op {
  /** Checks the parameters. */
  public GroupNormalization {
    if (groups < 0) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "groups is %d, expected at least 0", groups));
    }
  }

  @Override
  public String name() {
    return groups == 0 ? "InstanceNormalization" : "GroupNormalization";
  }

  @Override
  public Map<String, Object> attributes() {
    return groups == 0
        ? Attributes.of("epsilon", epsilon)
        : Attributes.of("epsilon", epsilon, "num_groups", groups);
  }

  @Override
  public Arity arity() {
    return new Arity(3, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.floating(0);
    return List.of(in.same(0, 1, 2));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    if (x.length < 2 || (groups > 0 && x[1] % groups != 0)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "expected channels that %d groups divide", groups));
    }
    for (int i = 1; i < 3; i++) {
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
    return List.of(x);
  }
}
