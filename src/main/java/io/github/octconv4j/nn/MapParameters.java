package io.github.octconv4j.nn;

import io.github.octconv4j.text.Checks;
import io.github.octconv4j.text.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Tensors by name. */
final class MapParameters implements Parameters {
  private final Map<String, float[]> tensors;

  /** Copies the map, not the arrays. */
  MapParameters(Map<String, float[]> tensors) {
    Objects.requireNonNull(tensors, "tensors")
        .forEach(
            (name, values) -> {
              Objects.requireNonNull(name, "name of one of tensors");
              Objects.requireNonNull(values, () -> "values of tensor " + Printable.text(name));
            });
    this.tensors = Map.copyOf(tensors);
  }

  @Override
  public float[] values(Parameter parameter) {
    Objects.requireNonNull(parameter, "parameter");
    float[] values = tensors.get(parameter.name());
    if (values == null || values.length != parameter.count()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "tensor %s %s is not there or has another shape",
              Printable.text(parameter.name()),
              parameter.shape()));
    }
    return values.clone();
  }

  @Override
  public void check(List<Parameter> parameters) {
    Checks.elements("parameters", parameters);
    List<String> problems = new ArrayList<>();
    Set<String> superfluous = new TreeSet<>(tensors.keySet());
    for (Parameter p : parameters) {
      float[] values = tensors.get(p.name());
      superfluous.remove(p.name());
      if (values == null) {
        problems.add(
            String.format(Locale.ROOT, "missing %s %s", Printable.text(p.name()), p.shape()));
      } else if (values.length != p.count()) {
        problems.add(
            String.format(
                Locale.ROOT,
                "misshapen %s with %d values, expected %s",
                Printable.text(p.name()),
                values.length,
                p.shape()));
      }
    }
    superfluous.forEach(name -> problems.add("superfluous " + Printable.text(name)));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the tensors don't fit the network in %d point%s: %s",
              problems.size(),
              problems.size() == 1 ? "" : "s",
              Printable.points(problems)));
    }
  }
}
