package io.github.octconv4j.nn;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.compile.GraphCompiler;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Softmax;
import io.github.octconv4j.graph.SoftmaxKind;
import io.github.octconv4j.graph.Squeeze;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Any graph, of a file or put together by the caller. */
final class GraphComputation implements Computation {
  private final String name;
  private final Graph graph;
  private final Holdings holdings;
  private final GraphCompiler compiler;

  /**
   * Takes over the file.
   *
   * @param file null where the constants are the caller's
   */
  GraphComputation(String name, Graph graph, @Nullable OnnxModel file) {
    this.name = name;
    this.graph = graph;
    this.holdings = Holdings.of(file == null ? () -> {} : file::close);
    try {
      this.compiler = compiler(graph);
    } catch (RuntimeException | Error e) {
      holdings.close();
      throw e;
    }
  }

  private GraphCompiler compiler(Graph compiled) {
    return new GraphCompiler(holdings.engine(), holdings.constants(), compiled);
  }

  Graph graph() {
    return graph;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void requireSupported(PlanOptions options) {
    if (options.type() != DataType.F32) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "network %s is a graph, which runs in F32; the type of the options was %s, take F32",
              Printable.text(name),
              options.type()));
    }
  }

  /** Compiles for sizes of the inputs, which lie row by row. */
  CompiledGraph compile(Map<String, long[]> sizes, PlanOptions options) {
    return compiler.compile(sizes, GraphCompiler.Images.ROWS, options);
  }

  @Override
  public NetworkPlan plan(int batch, PlanOptions options, boolean traces) {
    Value input = graph.inputs().getFirst(); // the only one of a graph that takes images
    List<Dim> dims = Objects.requireNonNull(input.type().dims());
    long[] sizes = {batch, dims.get(1).size(), dims.get(2).size(), dims.get(3).size()};
    Map<String, long[]> bound = Map.of(input.name(), sizes);
    Graph traced = traces ? traced(bound) : null;
    CompiledGraph compiled =
        (traced == null ? compiler : compiler(traced))
            .compile(bound, GraphCompiler.Images.CHANNELS_LAST, options);
    if (!compiled.isWhole()) {
      compiled.close();
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "network %s computes values whose sizes only a run tells; use compute",
              Printable.text(name)));
    }
    Map<String, Operand> kept = new LinkedHashMap<>();
    String output = graph.outputs().getFirst();
    if (traced != null) {
      for (String value : traced.outputs()) {
        if (!value.equals(output)) {
          kept.put(value, compiled.output(value));
        }
      }
    }
    return new NetworkPlan(
        compiled.program(), compiled.input(input.name()), compiled.output(output), kept, List.of());
  }

  /** The same graph, from which all floats leave that it computes. */
  private Graph traced(Map<String, long[]> sizes) {
    Graph bound = graph.bind(sizes);
    Set<String> outputs = new LinkedHashSet<>(bound.outputs());
    for (Node node : bound.nodes()) {
      for (String value : node.outputs()) {
        if (!value.isEmpty()
            && bound.type(value).element() == ElementType.F32
            && bound.type(value).isKnown()) {
          outputs.add(value);
        }
      }
    }
    return new Graph(
        bound.name(), bound.inputs(), bound.constants(), bound.nodes(), new ArrayList<>(outputs));
  }

  @Override
  public boolean endsInSoftmax() {
    Node node = graph.producer(graph.outputs().getFirst());
    while (node != null
        && (node.op() instanceof Reshape
            || node.op() instanceof Flatten
            || node.op() instanceof Squeeze)) {
      node = graph.producer(node.input(0));
    }
    return node != null
        && node.op() instanceof Softmax softmax
        && softmax.kind() == SoftmaxKind.SOFTMAX;
  }

  @Override
  public Holdings holdings() {
    return holdings;
  }
}
