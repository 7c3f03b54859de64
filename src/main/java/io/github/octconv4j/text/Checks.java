package io.github.octconv4j.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Copies of lists and maps that callers hand over; a null in one is refused by its name. */
public final class Checks {
  private Checks() {}

  /** Throws if a list, array or set is null or has a null element. */
  public static void elements(String name, Iterable<?> values) {
    Objects.requireNonNull(values, name);
    for (Object value : values) {
      if (value == null) {
        throw new NullPointerException("element of " + name);
      }
    }
  }

  /** Returns a copy of a list. */
  public static <T> List<T> list(String name, List<T> values) {
    elements(name, values);
    return List.copyOf(values);
  }

  /** Throws if a map is null or has a null key or value. */
  public static void entries(String name, Map<?, ?> values) {
    Objects.requireNonNull(values, name)
        .forEach(
            (key, value) -> {
              if (key == null || value == null) {
                throw new NullPointerException((key == null ? "key of " : "value of ") + name);
              }
            });
  }

  /** Returns a copy of a map, in its order. */
  public static <K, V> Map<K, V> map(String name, Map<K, V> values) {
    entries(name, values);
    return Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }
}
