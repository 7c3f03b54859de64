package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.graph.pass.ExpandOctave;
import io.github.octconv4j.graph.pass.FoldPads;
import io.github.octconv4j.graph.pass.FuseGates;
import io.github.octconv4j.graph.pass.Passes;
import io.github.octconv4j.graph.pass.SinkSummands;
import io.github.octconv4j.graph.pass.SplitTransposed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Compiles graphs whose inputs have sizes. Immutable, thread-safe. */
public final class GraphCompiler {
  private final Engine engine;
  private final Constants constants;
  private final int threads;
  private final long memoryLimit;

  /**
   * A compiler.
   *
   * @param constants where programs look for weights in the layout that they want
   * @param threads that each primitive uses
   * @param memoryLimit most bytes that a program may take, as {@link ProgramBuilder} counts them
   */
  public GraphCompiler(Engine engine, Constants constants, int threads, long memoryLimit) {
    this.engine = engine;
    this.constants = constants;
    this.threads = threads;
    this.memoryLimit = memoryLimit;
  }

  /** The chain of passes that gives a graph the form in which it is lowered. */
  static Graph prepared(Graph graph) {
    return List.<UnaryOperator<Graph>>of(
            Passes::simplify,
            new ExpandOctave(),
            new FoldPads(),
            new FuseGates(),
            new SplitTransposed(),
            new SinkSummands(),
            Passes::simplify)
        .stream()
        .reduce(graph, (g, pass) -> pass.apply(g), (a, b) -> b);
  }

  /**
   * Compiles a graph.
   *
   * @param graph whose inputs have known sizes, see {@link Graph#bind}
   * @throws DnnException if it would take more memory than allowed
   */
  public CompiledGraph compile(Graph graph) {
    Halves halves = Halves.of(prepared(graph));
    Graph head = halves.head();
    try (ProgramBuilder builder = new ProgramBuilder(engine, threads, constants, memoryLimit)) {
      Lowering lowering = new Lowering(head, builder);
      Map<String, Operand> inputs = new LinkedHashMap<>();
      for (Value input : head.inputs()) {
        Operand operand = builder.input(input.name(), Storage.of(input.type()));
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
}
