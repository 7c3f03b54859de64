package io.github.octconv4j.graph;

import java.util.Objects;

/**
 * A value that enters or leaves a graph.
 *
 * @param name its name, which it has alone in the graph
 * @param type its type
 * @since 0.1.0
 */
public record Value(String name, TensorType type) {
  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if the name is empty
   */
  public Value {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("name is empty, expected that of a value");
    }
  }

  /** For instance {@code x F32[1, 3, 8, 8]}. */
  @Override
  public String toString() {
    return name + " " + type;
  }
}
