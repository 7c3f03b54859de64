package io.github.octconv4j.nn;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.compile.GraphCompiler;
import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
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
  private final @Nullable OnnxModel file; // null where the constants are the caller's
  private final Engine engine;
  private final Constants constants;
  private final GraphCompiler compiler;

  /** Takes over the file. */
  GraphComputation(String name, Graph graph, @Nullable OnnxModel file) {
    this.name = name;
    this.graph = graph;
    this.file = file;
    this.engine = Engine.cpu();
    this.constants = Constants.of(engine);
    try {
      this.compiler = new GraphCompiler(engine, constants, graph);
    } catch (RuntimeException | Error e) {
      constants.close();
      engine.close();
      throw e;
    }
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
  CompiledGraph compile(Map<String, long[]> sizes) {
    return compiler.compile(sizes, GraphCompiler.Images.ROWS, PlanOptions.DEFAULT);
  }

  @Override
  public NetworkPlan plan(int batch, PlanOptions options, boolean traced) {
    Value input = graph.inputs().getFirst(); // the only one of a graph that takes images
    List<Dim> dims = Objects.requireNonNull(input.type().dims());
    long[] sizes = {batch, dims.get(1).size(), dims.get(2).size(), dims.get(3).size()};
    Map<String, long[]> bound = Map.of(input.name(), sizes);
    GraphCompiler images = traced ? new GraphCompiler(engine, constants, traced(bound)) : compiler;
    CompiledGraph compiled = images.compile(bound, GraphCompiler.Images.CHANNELS_LAST, options);
    if (!compiled.isWhole()) {
      compiled.close();
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "network %s computes values whose sizes only a run tells; use compute",
              Printable.text(name)));
    }
    Map<String, Operand> traces = new LinkedHashMap<>();
    String output = graph.outputs().getFirst();
    if (traced) {
      for (String value : traced(bound).outputs()) {
        if (!value.equals(output)) {
          traces.put(value, compiled.output(value));
        }
      }
    }
    return new NetworkPlan(
        compiled.program(),
        compiled.input(input.name()),
        compiled.output(output),
        traces,
        List.of());
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
  public long weightBytes() {
    return constants.bytes();
  }

  @Override
  public void dropWeights() {
    if (file != null) {
      file.close();
    }
  }

  @Override
  public void close() {
    constants.close();
    engine.close();
    dropWeights();
  }
}
