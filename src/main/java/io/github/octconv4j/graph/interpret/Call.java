package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The inputs of a node that is being computed, and the types of its outputs. */
final class Call {
  private final List<@Nullable TensorData> inputs;
  private final List<TensorType> outputs;

  Call(List<@Nullable TensorData> inputs, List<TensorType> outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
  }

  int count() {
    return inputs.size();
  }

  int outputs() {
    return outputs.size();
  }

  TensorData in(int input) {
    return Objects.requireNonNull(optional(input));
  }

  @Nullable TensorData optional(int input) {
    return input < inputs.size() ? inputs.get(input) : null;
  }

  /** A number that an input may give. */
  double scalar(int input, double otherwise) {
    TensorData data = optional(input);
    return data == null || data.count() == 0 ? otherwise : data.doubleAt(0);
  }

  long @Nullable [] longs(int input) {
    TensorData data = optional(input);
    return data == null ? null : data.toLongs();
  }

  TensorType type(int output) {
    return outputs.get(output);
  }

  Output output(int output) {
    return new Output(outputs.get(output));
  }
}
