package io.github.octconv4j.cli;

import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.text.Printable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;

/** The sizes of a graph's inputs, as far as its file leaves them open. */
public final class GraphSizes {
  private static final int IMAGE = 224;

  @Option(
      names = "--input",
      paramLabel = "NAME=SIZES",
      description =
          "For an ONNX file: the sizes of an input, for instance image=1x3x224x224, where the file"
              + " leaves them open and --batch and --size don't say them.")
  private List<String> given = new ArrayList<>();

  /** Whether any were given. */
  public boolean areGiven() {
    return !given.isEmpty();
  }

  /**
   * The sizes of all inputs.
   *
   * @param batch of a first dimension that is open
   * @param imageSize of an open height and width; not positive for 224
   * @throws IllegalArgumentException if an input is not there, or its sizes are still open
   */
  public Map<String, long[]> of(Graph graph, int batch, int imageSize) {
    Map<String, long[]> named = named(graph);
    Map<String, long[]> all = new LinkedHashMap<>();
    for (Value input : graph.inputs()) {
      long[] sizes = named.get(input.name());
      all.put(input.name(), sizes == null ? usual(input, batch, imageSize) : sizes);
    }
    return all;
  }

  private Map<String, long[]> named(Graph graph) {
    Map<String, long[]> named = new LinkedHashMap<>();
    for (String text : given) {
      int at = text.lastIndexOf('='); // names may have one
      String name = at < 0 ? "" : text.substring(0, at);
      if (graph.inputs().stream().noneMatch(input -> input.name().equals(name))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "--input %s: expected NAME=SIZES of one of the inputs [%s]",
                Printable.text(text),
                Printable.list(graph.inputs().stream().map(Value::name).toList())));
      }
      named.put(name, sizes(text, text.substring(at + 1)));
    }
    return named;
  }

  private static long[] sizes(String option, String text) {
    String[] parts = text.isEmpty() ? new String[0] : text.split("x", -1);
    long[] sizes = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      if (!parts[i].matches("\\d{1,9}")) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "--input %s: expected sizes such as 1x3x224x224",
                Printable.text(option)));
      }
      sizes[i] = Long.parseLong(parts[i]);
    }
    return sizes;
  }

  private static long[] usual(Value input, int batch, int imageSize) {
    List<Dim> dims = input.type().dims();
    long[] sizes = new long[dims == null ? 0 : dims.size()];
    boolean known = dims != null;
    for (int i = 0; dims != null && i < sizes.length; i++) {
      boolean spatial = sizes.length == 4 && i >= 2;
      sizes[i] =
          dims.get(i).isKnown()
              ? dims.get(i).size()
              : i == 0 ? batch : spatial ? imageSize > 0 ? imageSize : IMAGE : -1;
      known &= sizes[i] >= 0;
    }
    if (!known) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "input %s leaves sizes open; say them, for instance --input %s=1x3x224x224",
              Printable.text(input.toString()),
              Printable.text(input.name())));
    }
    return sizes;
  }
}
