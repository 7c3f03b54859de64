package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.pass.DropIdentities;
import io.github.octconv4j.graph.pass.ExpandOctave;
import io.github.octconv4j.graph.pass.FoldBatchNorm;
import io.github.octconv4j.graph.pass.FoldBias;
import io.github.octconv4j.graph.pass.FoldPads;
import io.github.octconv4j.graph.pass.FoldShuffles;
import io.github.octconv4j.graph.pass.FormLayers;
import io.github.octconv4j.graph.pass.FuseActivations;
import io.github.octconv4j.graph.pass.FuseGates;
import io.github.octconv4j.graph.pass.FuseGelu;
import io.github.octconv4j.graph.pass.FuseQuantized;
import io.github.octconv4j.graph.pass.FuseSums;
import io.github.octconv4j.graph.pass.MadeConstants;
import io.github.octconv4j.graph.pass.Observe;
import io.github.octconv4j.graph.pass.Passes;
import io.github.octconv4j.graph.pass.QuantizedOperators;
import io.github.octconv4j.graph.pass.RecognizeOctave;
import io.github.octconv4j.graph.pass.SinkDequantized;
import io.github.octconv4j.graph.pass.SinkSummands;
import io.github.octconv4j.graph.pass.SplitQuantized;
import io.github.octconv4j.graph.pass.SplitTransposed;
import io.github.octconv4j.graph.pass.SymmetricWeights;
import io.github.octconv4j.graph.pass.UnsignedActivations;
import io.github.octconv4j.octave.PlanOptions;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Compiles a graph for the sizes that its inputs have. Weights are kept once for all of them, in
 * the layouts that primitives want. Immutable, thread-safe.
 */
public final class GraphCompiler {
  private final Engine engine;
  private final Constants constants;
  private final Graph graph;
  private final boolean plans;
  private final boolean later; // whether the passes for all sizes need those of a plan
  private final MadeConstants made; // by passes, of the graph's own
  private final FoldBatchNorm folding;

  /** How the caller's images lie. */
  public enum ImageLayout {
    /** Row by row, as ONNX has them. */
    ROWS,
    /** With channels innermost: spares the copy at the beginning. */
    CHANNELS_LAST
  }

  /** A compiler that chooses formulations where there is octave convolution. */
  public GraphCompiler(Engine engine, Constants constants, Graph graph) {
    this(engine, constants, graph, false);
  }

  /**
   * A compiler.
   *
   * @param constants where programs look for weights in the layout that they want
   * @param graph whose inputs need not have sizes yet
   * @param plans whether formulations are chosen, and perhaps measured, also in graphs without
   *     octave convolution; else these have the default ones, which takes no time
   */
  public GraphCompiler(Engine engine, Constants constants, Graph graph, boolean plans) {
    this(engine, constants, graph, plans, new MadeConstants());
  }

  private GraphCompiler(
      Engine engine, Constants constants, Graph graph, boolean plans, MadeConstants made) {
    this.engine = engine;
    this.constants = constants;
    this.plans = plans;
    this.made = made;
    this.folding = new FoldBatchNorm(made);
    this.later = isOpen(graph) && graph.nodes().stream().anyMatch(GraphCompiler::quantizes);
    this.graph = later ? graph : general(graph);
  }

  private static boolean isOpen(Graph graph) {
    return graph.inputs().stream().anyMatch(input -> !input.type().isKnown());
  }

  /** Whether sums behind a node are part of a product of whole numbers, if their sizes allow it. */
  private static boolean quantizes(Node node) {
    return node.op() instanceof DequantizeLinear;
  }

  /**
   * A compiler of the same graph from which more values leave. Weights are the same where the
   * values are still there after what does not depend on sizes was folded.
   *
   * @param given the graph as it was
   * @param values names of its values
   */
  public GraphCompiler observing(Graph given, Collection<String> values) {
    Set<String> known = new HashSet<>(graph.constants().keySet());
    graph.inputs().forEach(input -> known.add(input.name()));
    graph.nodes().forEach(node -> known.addAll(node.outputs()));
    Graph from = known.containsAll(values) ? graph : given;
    return new GraphCompiler(engine, constants, new Observe(values).apply(from), plans, made);
  }

  private Graph simplified(Graph given) {
    return Passes.simplify(given, folding);
  }

  /** The chain of passes for all sizes: weights that it makes are made once. */
  private Graph general(Graph given) {
    return List.<UnaryOperator<Graph>>of(
            GraphCompiler::whole, // before constant weights are dequantised for good
            this::simplified,
            new FoldBias(),
            new FoldPads(),
            new FuseGates(),
            new FuseGelu(),
            new SplitTransposed(),
            this::simplified)
        .stream()
        .reduce(given, (g, pass) -> pass.apply(g), (a, b) -> b);
  }

  /**
   * Whole numbers that stand for floats get a form of their own; what this processor does not
   * compute fast becomes floats with the same rounding around them.
   */
  private static Graph whole(Graph given) {
    return List.<UnaryOperator<Graph>>of(
            new DropIdentities(),
            new QuantizedOperators(),
            new SinkDequantized(),
            new FuseQuantized(),
            new SymmetricWeights(),
            new UnsignedActivations(),
            new SplitQuantized(Integers::isFast))
        .stream()
        .reduce(given, (g, pass) -> pass.apply(g), (a, b) -> b);
  }

  /** The chain of passes that gives a graph of known sizes the form in which it is lowered. */
  private Graph prepared(Graph bound, Predicate<TensorData> lasting) {
    return List.<UnaryOperator<Graph>>of(
            this::simplified,
            new RecognizeOctave(),
            new ExpandOctave((g, node) -> Layer.of(g, node) == null),
            this::general,
            new FoldShuffles(made),
            new FormLayers(lasting),
            new ExpandOctave((g, node) -> Layer.of(g, node) == null),
            new SinkSummands(),
            new FuseActivations(),
            new FuseSums(),
            new FuseActivations())
        .stream()
        .reduce(bound, (g, pass) -> pass.apply(g), (a, b) -> b);
  }

  /**
   * Compiles for sizes.
   *
   * @param sizes dimensions of inputs by name, see {@link Graph#bind}
   * @param images how inputs of 3 to 5 dimensions lie
   * @param options how formulations are chosen, threads, types and memory limit
   * @throws IllegalArgumentException if the sizes don't fit, or leave some open, or a weight is not
   *     finite
   * @throws DnnException if it would take more memory than allowed
   */
  public CompiledGraph compile(Map<String, long[]> sizes, ImageLayout images, PlanOptions options) {
    // What is made of weights that are made anew for each size is of no use for another one.
    return later
        ? new GraphCompiler(engine, constants, graph, plans).compiled(sizes, images, options)
        : compiled(sizes, images, options);
  }

  private CompiledGraph compiled(
      Map<String, long[]> sizes, ImageLayout images, PlanOptions options) {
    Set<TensorData> lasting = Collections.newSetFromMap(new IdentityHashMap<>());
    lasting.addAll(graph.constants().values());
    Graph bound = graph.bind(sizes);
    Graph head;
    if (later) {
      head = prepared(general(bound), lasting::contains);
    } else {
      head = prepared(bound, data -> lasting.contains(data) || made.has(data));
      lasting.addAll(made.all());
    }
    Prepared prepared = Prepared.of(head, options, lasting);
    return new GraphPlanner(engine, prepared, images, options, constants, plans).plan();
  }
}
