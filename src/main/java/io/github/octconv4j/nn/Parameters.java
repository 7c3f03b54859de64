package io.github.octconv4j.nn;

import io.github.octconv4j.weights.SafetensorsFile;
import java.util.List;
import java.util.Map;
import java.util.Objects;

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
    return FileParameters.whole(file);
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
    return FileParameters.sliced(file);
  }

  /** Returns tensors by name; the arrays are not copied and must not change. */
  static Parameters of(Map<String, float[]> tensors) {
    return new MapParameters(tensors);
  }

  /**
   * Returns random values, always the same for a seed: weights are uniform with the variance that
   * one output over its inputs, so that activations stay small, norms and biases close to none.
   */
  static Parameters random(long seed) {
    return new RandomParameters(seed);
  }
}
