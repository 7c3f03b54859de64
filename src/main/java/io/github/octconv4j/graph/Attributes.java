package io.github.octconv4j.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes the lists of attributes that operations give. */
final class Attributes {
  private Attributes() {}

  /** Names and values in turn, as {@link Op#attributes} has them; booleans become 0 and 1. */
  static Map<String, Object> of(Object... pairs) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      Object value = pairs[i + 1];
      attributes.put(
          (String) pairs[i], value instanceof Boolean b ? (Object) (b ? 1L : 0L) : value);
    }
    return Collections.unmodifiableMap(attributes);
  }
}
