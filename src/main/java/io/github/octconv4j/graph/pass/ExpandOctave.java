package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Identity;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.OutputFunction;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;

/**
 * Octave convolutions become what exporters write: means, convolutions, repetitions, sums and
 * functions. {@link RecognizeOctave} finds them again.
 */
public final class ExpandOctave implements UnaryOperator<Graph> {
  private static final Resize TWICE =
      Resize.of(Resize.Mode.NEAREST, Resize.Coordinates.ASYMMETRIC, Resize.Nearest.FLOOR);

  private static final int NONE = 99; // an input that no node has

  private final BiPredicate<Graph, Node> which;

  /** Expands all of them. */
  public ExpandOctave() {
    this((graph, node) -> true);
  }

  /**
   * Expands some of them.
   *
   * @param which says of an octave convolution whether it is expanded
   */
  public ExpandOctave(BiPredicate<Graph, Node> which) {
    this.which = which;
  }

  /**
   * Expands all of them in a graph whose first dimension may stay open. Images of odd sizes need
   * sizes that are known then: all but the first dimension.
   */
  public static Graph inOpenBatch(Graph graph) {
    if (graph.nodes().stream().noneMatch(node -> node.op() instanceof OctaveConv)) {
      return graph;
    }
    Graph bound = new ExpandOctave().apply(graph.bind(oneImage(graph)));
    return new Graph(
        graph.name(), graph.inputs(), bound.constants(), bound.nodes(), graph.outputs());
  }

  /** Sizes of the inputs whose first dimension alone is open, which is 1 then. */
  public static Map<String, long[]> oneImage(Graph graph) {
    Map<String, long[]> sizes = new LinkedHashMap<>();
    for (Value input : graph.inputs()) {
      List<Dim> dims = input.type().dims();
      if (dims != null && !dims.isEmpty() && dims.stream().skip(1).allMatch(Dim::isKnown)) {
        long[] one = dims.stream().mapToLong(Dim::size).toArray();
        one[0] = Math.max(1, one[0]);
        sizes.put(input.name(), one);
      }
    }
    return sizes;
  }

  @Override
  public Graph apply(Graph graph) {
    Map<String, TensorData> constants = new LinkedHashMap<>(graph.constants());
    List<Node> nodes = new ArrayList<>();
    boolean found = false;
    for (Node node : graph.nodes()) {
      if (node.op() instanceof OctaveConv op && which.test(graph, node)) {
        new Expansion(graph, node, op, constants, nodes).run();
        found = true;
      } else {
        nodes.add(node);
      }
    }
    return found
        ? new Graph(graph.name(), graph.inputs(), constants, nodes, graph.outputs())
        : graph;
  }

  /** One convolution. */
  private record Expansion(
      Graph graph, Node node, OctaveConv op, Map<String, TensorData> constants, List<Node> nodes) {
    void run() {
      String xHigh = node.input(0);
      String xLow = node.input(1);
      String high = op.halves() && !xHigh.isEmpty() ? half("pool_h", xHigh, dims(xHigh)) : xHigh;
      String low = op.halves() && !xLow.isEmpty() ? half("pool_l", xLow, dims(xLow)) : xLow;
      boolean both = !node.input(2).isEmpty();
      String yHigh = path("hh", xHigh, high, 2, 6);
      String toHigh = path("lh", xLow, op.keepsLow() ? xLow : low, 4, both ? NONE : 6);
      if (!toHigh.isEmpty() && !op.keepsLow() && !output(0).isEmpty()) {
        toHigh = repeated(toHigh);
      }
      finish(0, yHigh, toHigh);
      boolean own = !node.input(5).isEmpty();
      String yLow = path("ll", xLow, low, 5, 7);
      String down = "";
      if (!node.input(3).isEmpty()) {
        long[] x = dims(xHigh);
        if (op.halves()) {
          x[2] = (x[2] + (op.ceil() ? 1 : 0)) / 2;
          x[3] = (x[3] + (op.ceil() ? 1 : 0)) / 2;
        }
        down = half("pool", high, x);
      }
      finish(1, yLow, path("hl", xHigh, down, 3, own ? NONE : 7));
    }

    /** The sizes of a value; 0 where one is open, which has to be even. */
    private long[] dims(String value) {
      List<Dim> dims = graph.type(value).dims();
      return dims == null
          ? new long[4]
          : dims.stream().mapToLong(dim -> dim.isKnown() ? dim.size() : 0).toArray();
    }

    private String output(int index) {
      return index < node.outputs().size() ? node.outputs().get(index) : "";
    }

    private String step(String part, Op made, String... inputs) {
      String name = node.name() + "/" + part;
      nodes.add(new Node(name, made, List.of(inputs), List.of(name)));
      return name;
    }

    private String half(String part, String x, long[] dims) {
      return step(part, op.pool(dims), x);
    }

    private String constant(String part, TensorData data) {
      String name = node.name() + "/" + part;
      constants.put(name, data);
      return name;
    }

    /** A convolution, or nothing where it has no weights. */
    private String path(String part, String source, String x, int weights, int bias) {
      String w = node.input(weights);
      if (w.isEmpty()) {
        return "";
      }
      Conv conv = new Conv(op.window(), OctaveConv.groups(dims(source), dims(w)));
      return node.input(bias).isEmpty()
          ? step(part, conv, x, w)
          : step(part, conv, x, w, node.input(bias));
    }

    private String repeated(String value) {
      String scales = constant("scales", TensorData.of(new float[] {1, 1, 2, 2}, 4));
      String twice = step("up", TWICE, value, "", scales);
      long[] size = dims(output(0));
      if (size[2] % 2 == 0 && size[3] % 2 == 0) {
        return twice;
      }
      if (op.ceil()) {
        return step(
            "cut",
            new Slice(),
            twice,
            constant("starts", TensorData.ofLongs(0, 0)),
            constant("ends", TensorData.ofLongs(size[2], size[3])),
            constant("axes", TensorData.ofLongs(2, 3)));
      }
      String pads =
          constant("pads", TensorData.ofLongs(0, 0, 0, 0, 0, 0, size[2] % 2, size[3] % 2));
      return step("edge", new Pad(PadMode.EDGE), twice, pads);
    }

    /** Adds up what there is for an output, and applies the function. */
    private void finish(int index, String first, String second) {
      String output = output(index);
      List<String> summands = new ArrayList<>(List.of(first, second));
      summands.add(node.input(OctaveConv.SUMMANDS + index));
      summands.removeIf(String::isEmpty);
      if (output.isEmpty() || summands.isEmpty()) {
        return;
      }
      String suffix = index == 0 ? "" : "/low";
      boolean plain = op.function() == OutputFunction.NONE;
      String value = summands.removeFirst();
      while (!summands.isEmpty()) {
        boolean last = plain && summands.size() == 1;
        String made = last ? output : node.name() + "/sum" + summands.size() + suffix;
        nodes.add(
            new Node(
                node.name() + suffix,
                new Binary(BinaryFunction.ADD),
                List.of(value, summands.removeFirst()),
                List.of(made)));
        value = made;
      }
      if (!value.equals(output)) {
        List<String> inputs = new ArrayList<>(List.of(value));
        Op function = plain ? new Identity() : op.function().op();
        if (function instanceof Clip) {
          inputs.add(constant("least", TensorData.of(new float[] {0})));
          inputs.add(constant("most", TensorData.of(new float[] {6})));
        }
        nodes.add(new Node(node.name() + suffix, function, inputs, List.of(output)));
      }
    }
  }
}
