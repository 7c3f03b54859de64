package io.github.octconv4j.quant;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Typical inputs of a network, all of one size, and what is known of them. */
final class Samples {
  private static final int UNKNOWN = -1;

  private final List<Value> inputs;
  private final List<Map<String, TensorData>> samples = new ArrayList<>();
  private final List<Integer> labels = new ArrayList<>();

  /**
   * No samples yet.
   *
   * @param inputs of the network
   */
  Samples(List<Value> inputs) {
    this.inputs = inputs;
  }

  /** Adds a sample of which nobody knows what it shows. */
  void add(Map<String, TensorData> given) {
    add(given, UNKNOWN);
  }

  /**
   * Adds a sample.
   *
   * @param given a tensor for each input; others are left out
   * @param label index of its class
   */
  void add(Map<String, TensorData> given, int label) {
    Map<String, TensorData> sample = new LinkedHashMap<>();
    for (Value input : inputs) {
      TensorData data = given.get(input.name());
      if (data == null || data.element() != input.type().element()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "inputs must have a tensor for %s, has %s",
                input,
                data == null ? given.keySet() : data.type()));
      }
      TensorData first = samples.isEmpty() ? data : samples.getFirst().get(input.name());
      if (first != null && !Arrays.equals(first.dims(), data.dims())) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "inputs must be of one size in all samples, %s was %s and is %s now",
                input.name(),
                first.type(),
                data.type()));
      }
      sample.put(input.name(), data);
    }
    samples.add(sample);
    labels.add(label);
  }

  List<Map<String, TensorData>> all() {
    return samples;
  }

  /** The first ones, so many at most. */
  List<Map<String, TensorData>> first(int most) {
    return samples.subList(0, Math.min(most, samples.size()));
  }

  /** An input of a sample, which the network has. */
  TensorData get(int sample, String input) {
    return Objects.requireNonNull(samples.get(sample).get(input), input);
  }

  boolean isEmpty() {
    return samples.isEmpty();
  }

  boolean hasLabels() {
    return labels.stream().anyMatch(label -> label != UNKNOWN);
  }

  /** Whether it is known what a sample shows. */
  boolean isLabelled(int sample) {
    return labels.get(sample) != UNKNOWN;
  }

  /** The class of a sample of which it is known. */
  int label(int sample) {
    return labels.get(sample);
  }
}
