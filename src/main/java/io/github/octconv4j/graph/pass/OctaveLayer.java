package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.OutputFunction;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.text.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A layer that was recognized.
 *
 * @param graph where
 * @param kind which inputs and outputs it has
 * @param inputs the high and the low input, empty for none
 * @param paths high to high, high to low, low to high, low to low; null for none
 * @param outputs the nodes that made the high and the low output; null for none
 */
record OctaveLayer(
    Graph graph,
    Kind kind,
    List<String> inputs,
    List<@Nullable OctavePath> paths,
    List<@Nullable Node> outputs) {
  /** Which inputs and outputs a layer has. */
  enum Kind {
    FIRST,
    MIDDLE,
    KEPT_LOW,
    LAST
  }

  private OctavePath any() {
    return Objects.requireNonNull(paths.getFirst());
  }

  /** Puts one node in the place of all of them. */
  void replace(Rewriting rewriting) {
    for (OctavePath path : paths) {
      if (path != null) {
        path.nodes().forEach(rewriting::remove);
      }
    }
    Node high = Objects.requireNonNull(outputs.get(0));
    Node low = outputs.get(1);
    if (low != null) {
      rewriting.remove(low);
    }
    List<String> all = new ArrayList<>(inputs);
    paths.forEach(path -> all.add(path == null ? "" : path.conv().input(1)));
    all.add(bias(rewriting, paths.get(0), paths.get(2)));
    all.add(bias(rewriting, paths.get(1), paths.get(3)));
    boolean halves = kind == Kind.KEPT_LOW;
    OctaveConv op = new OctaveConv(any().window(), halves, halves, false, OutputFunction.NONE);
    List<String> results =
        low == null ? List.of(high.output()) : List.of(high.output(), low.output());
    rewriting.replace(high, new Node(high.name(), op, all, results));
  }

  /** The biases of the paths to one output, added. */
  private String bias(
      Rewriting rewriting, @Nullable OctavePath first, @Nullable OctavePath second) {
    String a = first == null ? "" : first.conv().input(2);
    String b = second == null ? "" : second.conv().input(2);
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    double[] sums = Objects.requireNonNull(graph.constant(a)).toDoubles();
    double[] others = Objects.requireNonNull(graph.constant(b)).toDoubles();
    float[] values = new float[sums.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (sums[i] + others[i]);
    }
    return rewriting.constant(a, TensorData.of(values, values.length));
  }

  /** For instance {@code conv1: first, 3 to 8 + 8 channels, 3x3}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(Printable.text(Objects.requireNonNull(outputs.get(0)).name()));
    text.append(": ").append(kind.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    text.append(", ").append(channels(inputs.get(0))).append(" + ").append(channels(inputs.get(1)));
    Node low = outputs.get(1);
    text.append(" to ").append(channels(Objects.requireNonNull(outputs.get(0)).output()));
    text.append(" + ").append(low == null ? 0 : channels(low.output()));
    List<Long> kernel = any().window().kernel();
    return text.append(" channels, ")
        .append(kernel.get(0))
        .append('x')
        .append(kernel.get(1))
        .toString();
  }

  private long channels(String value) {
    return value.isEmpty() ? 0 : graph.type(value).sizes()[1];
  }
}
