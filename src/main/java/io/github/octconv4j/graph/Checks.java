package io.github.octconv4j.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Copies of what callers hand over, whose nulls are named. */
final class Checks {
  private Checks() {}

  static <T> List<T> list(String name, List<T> values) {
    Objects.requireNonNull(values, name);
    for (T value : values) {
      Objects.requireNonNull(value, name + " has a null");
    }
    return List.copyOf(values);
  }

  static <K, V> Map<K, V> map(String name, Map<K, V> values) {
    Objects.requireNonNull(values, name);
    values.forEach(
        (key, value) -> {
          Objects.requireNonNull(key, name + " has a null key");
          Objects.requireNonNull(value, name + " has a null value");
        });
    return Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }
}
