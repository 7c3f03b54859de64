package io.github.octconv4j.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Gives unknown dimensions sizes. */
final class Binding {
  private Binding() {}

  /** An input with sizes; symbols remembers those that have one. */
  static Value of(Value input, long[] sizes, Map<String, Long> symbols) {
    List<Dim> dims = input.type().dims();
    if (dims != null && dims.size() != sizes.length) {
      throw refused(input, sizes, "the number of dimensions differs");
    }
    for (int i = 0; i < sizes.length && dims != null; i++) {
      Dim dim = dims.get(i);
      if (dim.isKnown() && dim.size() != sizes[i]) {
        throw refused(input, sizes, "dimension %d differs".formatted(i));
      }
      Long other = dim.symbol().isEmpty() ? null : symbols.putIfAbsent(dim.symbol(), sizes[i]);
      if (other != null && other != sizes[i]) {
        throw refused(input, sizes, "%s is %d elsewhere".formatted(dim.symbol(), other));
      }
    }
    return new Value(input.name(), TensorType.of(input.type().element(), sizes));
  }

  private static IllegalArgumentException refused(Value input, long[] sizes, String why) {
    return new IllegalArgumentException(
        "input %s can't have the dimensions %s: %s".formatted(input, Arrays.toString(sizes), why));
  }
}
