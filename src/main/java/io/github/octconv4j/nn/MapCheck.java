package io.github.octconv4j.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Compares arrays with what a network needs. */
final class MapCheck {
  private MapCheck() {}

  static void check(Map<String, float[]> tensors, List<Parameter> parameters) {
    List<String> problems = new ArrayList<>();
    Set<String> superfluous = new TreeSet<>(tensors.keySet());
    for (Parameter p : parameters) {
      float[] values = tensors.get(p.name());
      superfluous.remove(p.name());
      if (values == null) {
        problems.add("missing %s %s".formatted(p.name(), p.shape()));
      } else if (values.length != p.count()) {
        problems.add(
            "misshapen %s with %d values, expected %s"
                .formatted(p.name(), values.length, p.shape()));
      }
    }
    superfluous.forEach(name -> problems.add("superfluous " + name));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "the tensors don't fit the network in %d point%s: %s"
              .formatted(
                  problems.size(), problems.size() == 1 ? "" : "s", String.join("; ", problems)));
    }
  }
}
