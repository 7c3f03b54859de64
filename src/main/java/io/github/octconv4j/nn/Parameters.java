package io.github.octconv4j.nn;

import io.github.octconv4j.weights.SafetensorsFile;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Where a network's weights come from. Implementations may be called from any thread.
 *
 * @since 0.1.0
 */
public interface Parameters {
  /**
   * Returns the values of a tensor, row by row.
   *
   * @param parameter one of those that {@link #check} saw
   * @return a new array
   */
  float[] values(Parameter parameter);

  /**
   * Looks for everything that a network needs before it is used.
   *
   * @throws IllegalArgumentException if tensors are missing, superfluous or misshapen; one message
   *     lists them all
   */
  void check(List<Parameter> parameters);

  /**
   * Returns the tensors of a file, which must stay open as long as plans are built.
   *
   * @param file one tensor for each parameter, by name
   */
  static Parameters of(SafetensorsFile file) {
    Objects.requireNonNull(file, "file");
    return new FileParameters(file, false);
  }

  /**
   * Returns parts of the tensors of a file that holds the dense network: the first output channels
   * become the high ones, the last the low ones, inputs likewise. This is a start for fine-tuning,
   * no equivalent network: what the low channels saw at full resolution they now see at half of it.
   * Grouped convolutions, whose groups would have to be regrouped, can't be cut.
   *
   * @param file the dense network's weights, which must stay open as long as plans are built
   */
  static Parameters sliced(SafetensorsFile file) {
    Objects.requireNonNull(file, "file");
    return new FileParameters(file, true);
  }

  /** Returns tensors by name; the arrays are not copied and must not change. */
  static Parameters of(Map<String, float[]> tensors) {
    Objects.requireNonNull(tensors, "tensors")
        .forEach(
            (name, values) -> {
              Objects.requireNonNull(name, "name of one of tensors");
              Objects.requireNonNull(values, () -> "values of tensor " + name);
            });
    Map<String, float[]> copy = Map.copyOf(tensors);
    return new Parameters() {
      @Override
      public float[] values(Parameter parameter) {
        Objects.requireNonNull(parameter, "parameter");
        float[] values = copy.get(parameter.name());
        if (values == null || values.length != parameter.count()) {
          throw new IllegalArgumentException(
              "tensor %s %s is not there or has another shape"
                  .formatted(parameter.name(), parameter.shape()));
        }
        return values.clone();
      }

      @Override
      public void check(List<Parameter> parameters) {
        MapCheck.check(copy, requireNoNull(parameters));
      }
    };
  }

  /**
   * Returns random values, always the same for a seed: weights are uniform with the variance that
   * one output over its inputs, so that activations stay small, norms and biases close to none.
   */
  static Parameters random(long seed) {
    return new Parameters() {
      @Override
      public float[] values(Parameter p) {
        Objects.requireNonNull(p, "parameter");
        SplittableRandom random =
            new SplittableRandom(seed ^ (0x9e3779b97f4a7c15L * p.name().hashCode()));
        double inputs = (double) p.count() / p.shape().getFirst();
        double middle =
            p.kind() == Parameter.Kind.SCALE || p.kind() == Parameter.Kind.VARIANCE ? 1 : 0;
        double range = p.kind() == Parameter.Kind.WEIGHT ? Math.sqrt(3 / inputs) : 0.1;
        float[] values = new float[Math.toIntExact(p.count())];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (middle + range * (2 * random.nextDouble() - 1));
        }
        return values;
      }

      @Override
      public void check(List<Parameter> parameters) {
        requireNoNull(parameters); // every name has values
      }
    };
  }

  /** Returns the list, of which no element is null. */
  private static List<Parameter> requireNoNull(List<Parameter> parameters) {
    Objects.requireNonNull(parameters, "parameters")
        .forEach(parameter -> Objects.requireNonNull(parameter, "element of parameters"));
    return parameters;
  }
}
