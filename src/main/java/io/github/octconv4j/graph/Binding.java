package io.github.octconv4j.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
        throw refused(input, sizes, String.format(Locale.ROOT, "dimension %d differs", i));
      }
      Long other = dim.symbol().isEmpty() ? null : symbols.putIfAbsent(dim.symbol(), sizes[i]);
      if (other != null && other != sizes[i]) {
        throw refused(
            input, sizes, String.format(Locale.ROOT, "%s is %d elsewhere", dim.symbol(), other));
      }
    }
    return new Value(input.name(), TensorType.of(input.type().element(), sizes));
  }

  private static IllegalArgumentException refused(Value input, long[] sizes, String why) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "input %s can't have the dimensions %s: %s",
            input,
            Arrays.toString(sizes),
            why));
  }
}
