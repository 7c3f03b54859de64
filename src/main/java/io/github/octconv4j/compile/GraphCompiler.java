package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.graph.pass.ExpandOctave;
import io.github.octconv4j.graph.pass.FoldPads;
import io.github.octconv4j.graph.pass.FuseGates;
import io.github.octconv4j.graph.pass.FuseGelu;
import io.github.octconv4j.graph.pass.Passes;
import io.github.octconv4j.graph.pass.SinkSummands;
import io.github.octconv4j.graph.pass.SplitTransposed;
import io.github.octconv4j.octave.PlanOptions;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Compiles a graph for the sizes that its inputs have. Weights are kept once for all of them, in
 * the layouts that primitives want. Immutable, thread-safe.
 */
public final class GraphCompiler {
  private final Engine engine;
  private final Constants constants;
  private final Graph graph;
  private final Set<TensorData> lasting = Collections.newSetFromMap(new IdentityHashMap<>());

  /** How the caller's images lie. */
  public enum Images {
    /** Row by row, as ONNX has them. */
    ROWS,
    /** With channels innermost: spares the copy at the beginning. */
    CHANNELS_LAST
  }

  /**
   * A compiler.
   *
   * @param constants where programs look for weights in the layout that they want
   * @param graph whose inputs need not have sizes yet
   */
  public GraphCompiler(Engine engine, Constants constants, Graph graph) {
    this.engine = engine;
    this.constants = constants;
    this.graph = prepared(graph);
    lasting.addAll(this.graph.constants().values());
  }

  /** The chain of passes that gives a graph the form in which it is lowered. */
  private static Graph prepared(Graph graph) {
    return List.<UnaryOperator<Graph>>of(
            Passes::simplify,
            new ExpandOctave(),
            new FoldPads(),
            new FuseGates(),
            new FuseGelu(),
            new SplitTransposed(),
            new SinkSummands(),
            Passes::simplify)
        .stream()
        .reduce(graph, (g, pass) -> pass.apply(g), (a, b) -> b);
  }

  /**
   * Compiles for sizes.
   *
   * @param sizes dimensions of inputs by name, see {@link Graph#bind}
   * @param images how inputs of 3 to 5 dimensions lie
   * @param options of which threads, arithmetic and memory limit count
   * @throws IllegalArgumentException if the sizes don't fit, or leave some open
   * @throws DnnException if it would take more memory than allowed
   */
  public CompiledGraph compile(Map<String, long[]> sizes, Images images, PlanOptions options) {
    Halves halves = Halves.of(prepared(graph.bind(sizes)));
    Graph head = halves.head();
    Attributes attributes = new Attributes(PostOps.NONE, options.fpMath());
    try (ProgramBuilder builder =
        new ProgramBuilder(engine, options.threads(), constants, options.memoryLimit())) {
      Lowering lowering = new Lowering(head, builder, attributes, lasting);
      Map<String, Operand> inputs = new LinkedHashMap<>();
      for (Value input : head.inputs()) {
        Operand operand = builder.input(input.name(), desc(input.type(), images));
        lowering.define(input.name(), operand);
        inputs.put(input.name(), operand);
      }
      for (Node node : head.nodes()) {
        if (!lowering.isAbsorbed(node) && !Lowerers.lower(node, lowering)) {
          InterpretedStep.add(node, lowering);
        }
      }
      Map<String, Operand> outputs = lowering.outputs();
      return new CompiledGraph(builder.build(), inputs, outputs, head, halves.tail());
    }
  }

  private static MemoryDesc desc(TensorType type, Images images) {
    int rank = type.sizes().length;
    return images == Images.CHANNELS_LAST && Storage.isNative(type) && rank >= 3 && rank <= 5
        ? Storage.f32(FormatTag.channelsLast(rank), type.sizes())
        : Storage.of(type);
  }
}
