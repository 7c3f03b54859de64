package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Operands;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.text.Printable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs graphs in plain Java, one node after the other: correct before fast. Sums are accumulated in
 * double. It is the oracle of tests, computes what is constant, and the rare step that nothing else
 * can.
 *
 * <p>Memory is bounded: a value is given up once nobody reads it any more, and no more bytes of
 * values live at once than were allowed. Thread-safe.
 */
public final class Interpreter {
  private final long limit;

  /** Keeps what is computed inside of a graph. */
  public interface Observer {
    /** Called with each value when it was computed. */
    void computed(String value, TensorData data);
  }

  /**
   * An interpreter.
   *
   * @param limit most bytes of values that live at once, constants left out
   */
  public Interpreter(long limit) {
    this.limit = limit;
  }

  /** An interpreter that may use half of the heap for values. */
  public static Interpreter ofHeap() {
    return new Interpreter(Runtime.getRuntime().maxMemory() / 2);
  }

  /**
   * Runs a graph.
   *
   * @param graph the graph
   * @param inputs a tensor for each of its inputs, by name
   * @return its outputs by name
   * @throws IllegalArgumentException if an input is missing or of another type, a node can't be
   *     computed, or needs more memory than is allowed; the message names node and shapes
   */
  public Map<String, TensorData> run(Graph graph, Map<String, TensorData> inputs) {
    return run(graph, inputs, (value, data) -> {});
  }

  /** Runs a graph and shows what it computes. */
  public Map<String, TensorData> run(
      Graph graph, Map<String, TensorData> inputs, Observer observer) {
    Map<String, TensorData> values = new HashMap<>(graph.constants());
    Map<String, long[]> sizes = new HashMap<>();
    for (Value input : graph.inputs()) {
      TensorData data = inputs.get(input.name());
      if (data == null || data.element() != input.type().element()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "input %s is %s", input, data == null ? "missing" : data.type()));
      }
      values.put(input.name(), data);
      sizes.put(input.name(), data.dims());
    }
    graph.bind(sizes); // names what does not fit
    Map<String, Integer> readers = readers(graph);
    long live = 0;
    for (Node node : graph.nodes()) {
      List<@Nullable TensorData> in = new ArrayList<>();
      for (String input : node.inputs()) {
        in.add(input.isEmpty() ? null : values.get(input));
      }
      List<TensorData> out = apply(node, in, limit - live);
      for (int i = 0; i < node.outputs().size(); i++) {
        String output = node.outputs().get(i);
        if (readers.getOrDefault(output, 0) > 0) {
          values.put(output, out.get(i));
          live += bytes(out.get(i));
          observer.computed(output, out.get(i));
        }
      }
      for (String input : node.inputs()) {
        if (readers.merge(input, -1, Integer::sum) == 0 && graph.producer(input) != null) {
          live -= bytes(Objects.requireNonNull(values.remove(input)));
        }
      }
    }
    Map<String, TensorData> outputs = new LinkedHashMap<>();
    for (String output : graph.outputs()) {
      outputs.put(output, Objects.requireNonNull(values.get(output)));
    }
    return outputs;
  }

  private static Map<String, Integer> readers(Graph graph) {
    Map<String, Integer> readers = new HashMap<>();
    for (Node node : graph.nodes()) {
      node.inputs().forEach(input -> readers.merge(input, 1, Integer::sum));
    }
    graph.outputs().forEach(output -> readers.merge(output, 1, Integer::sum));
    return readers;
  }

  private static long bytes(TensorData data) {
    return data.element().bytes(data.count());
  }

  /**
   * Computes one node, whose outputs may take all that this interpreter may use.
   *
   * @param node the node
   * @param inputs a tensor for each input, null for one that is left out
   * @return a tensor for each output
   */
  public List<TensorData> apply(Node node, List<@Nullable TensorData> inputs) {
    return apply(node, inputs, limit);
  }

  /**
   * Computes one node.
   *
   * @param node the node
   * @param inputs a tensor for each input, null for one that is left out
   * @param allowed most bytes of the outputs
   * @return a tensor for each output
   */
  public List<TensorData> apply(Node node, List<@Nullable TensorData> inputs, long allowed) {
    try {
      List<TensorType> types = node.op().infer(Operands.of(inputs, node.outputs().size()));
      long bytes = 0;
      for (TensorType type : types) {
        bytes += type.isKnown() ? type.element().bytes(Index.count(type.sizes())) : 0;
      }
      if (bytes > allowed) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "needs %d bytes for %s, but only %d are left of what the interpreter may use",
                bytes,
                types,
                Math.max(0, allowed)));
      }
      return Kernels.run(node.op(), new Call(inputs, types));
    } catch (IllegalArgumentException | ArithmeticException e) {
      List<String> texts = new ArrayList<>();
      inputs.forEach(input -> texts.add(input == null ? "-" : input.type().toString()));
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "node %s: %s of (%s): %s",
              Printable.quote(node.name()),
              node.op().name(),
              Printable.text(String.join(", ", texts)),
              e.getMessage()),
          e);
    }
  }
}
