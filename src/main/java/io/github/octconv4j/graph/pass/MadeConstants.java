package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.TensorData;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Constants that passes made of others. What was made of the same ones in the same way is given
 * again: passes that are applied to one graph for several sizes make one set of weights.
 * Thread-safe.
 */
public final class MadeConstants {
  private final Map<List<Object>, TensorData> made = new ConcurrentHashMap<>();

  /**
   * A constant, made at the first call.
   *
   * @param key what it is made of, and how; tensors are equal to themselves alone
   */
  TensorData of(List<Object> key, Supplier<TensorData> maker) {
    return made.computeIfAbsent(key, absent -> maker.get());
  }

  /**
   * All that was made so far.
   *
   * @return a copy
   */
  public List<TensorData> all() {
    return List.copyOf(made.values());
  }

  /**
   * Whether a constant was made here.
   *
   * @param data the constant
   * @return whether it is one of {@link #all}
   */
  public boolean has(TensorData data) {
    return made.containsValue(data);
  }
}
