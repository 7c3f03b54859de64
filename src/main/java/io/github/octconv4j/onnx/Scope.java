package io.github.octconv4j.onnx;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What values are called in the graph that a name of a function or of a body stands for. */
final class Scope {
  private final @Nullable Scope outer;
  private final Map<String, String> names = new HashMap<>();

  private Scope(@Nullable Scope outer) {
    this.outer = outer;
  }

  /**
   * The names of a file's graph, which are their own, and those of a function, which sees no
   * others.
   */
  static Scope closed() {
    return new Scope(null);
  }

  /** The names of a body, which sees those around it. */
  Scope inner() {
    return new Scope(this);
  }

  void put(String name, String value) {
    names.put(name, value);
  }

  /** What a name stands for inside of this scope alone; null if it was not put. */
  @Nullable String own(String name) {
    return names.get(name);
  }

  String of(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      String value = scope.names.get(name);
      if (value != null) {
        return value;
      }
    }
    return name;
  }
}
