package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Identity;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Window;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Octave convolutions become what exporters write: means, convolutions, repetitions and sums.
 * {@link RecognizeOctave} finds them again.
 */
public final class ExpandOctave implements UnaryOperator<Graph> {
  private static final Pool HALF = Pool.of(PoolKind.AVERAGE, Window.of(2, 2).strides(2, 2));
  private static final Resize TWICE =
      Resize.of(Resize.Mode.NEAREST, Resize.Coordinates.ASYMMETRIC, Resize.Nearest.FLOOR);

  @Override
  public Graph apply(Graph graph) {
    if (graph.nodes().stream().noneMatch(node -> node.op() instanceof OctaveConv)) {
      return graph;
    }
    Map<String, TensorData> constants = new LinkedHashMap<>(graph.constants());
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof OctaveConv op) {
        new Expansion(graph, node, op, constants, nodes).run();
      } else {
        nodes.add(node);
      }
    }
    return new Graph(graph.name(), graph.inputs(), constants, nodes, graph.outputs());
  }

  /** One convolution. */
  private record Expansion(
      Graph graph, Node node, OctaveConv op, Map<String, TensorData> constants, List<Node> nodes) {
    void run() {
      String xHigh = node.input(0);
      String xLow = node.input(1);
      String high = op.halves() && !xHigh.isEmpty() ? step("pool_h", HALF, xHigh) : xHigh;
      String low = op.halves() && !xLow.isEmpty() ? step("pool_l", HALF, xLow) : xLow;
      boolean both = !node.input(2).isEmpty();
      String yHigh = path("hh", high, 2, 6);
      String toHigh = path("lh", op.keepsLow() ? xLow : low, 4, both ? 9 : 6);
      if (!toHigh.isEmpty() && !op.keepsLow() && !output(0).isEmpty()) {
        toHigh = repeated(toHigh);
      }
      sum(0, yHigh, toHigh);
      boolean own = !node.input(5).isEmpty();
      String yLow = path("ll", low, 5, 7);
      String down = node.input(3).isEmpty() ? "" : step("pool", HALF, high);
      sum(1, yLow, path("hl", down, 3, own ? 9 : 7));
    }

    private String output(int index) {
      return index < node.outputs().size() ? node.outputs().get(index) : "";
    }

    private String step(String part, Op made, String... inputs) {
      String name = node.name() + "/" + part;
      nodes.add(new Node(name, made, List.of(inputs), List.of(name)));
      return name;
    }

    /** A convolution, or nothing where it has no weights. */
    private String path(String part, String x, int weights, int bias) {
      Conv conv = new Conv(op.window(), op.group());
      String w = node.input(weights);
      return w.isEmpty()
          ? ""
          : node.input(bias).isEmpty()
              ? step(part, conv, x, w)
              : step(part, conv, x, w, node.input(bias));
    }

    private String repeated(String value) {
      String scales = node.name() + "/scales";
      constants.put(scales, TensorData.of(new float[] {1, 1, 2, 2}, 4));
      String twice = step("up", TWICE, value, "", scales);
      TensorType type = graph.type(output(0));
      long[] size = type.isKnown() ? type.sizes() : new long[4]; // else they are even
      if (size[2] % 2 == 0 && size[3] % 2 == 0) {
        return twice;
      }
      String pads = node.name() + "/pads";
      constants.put(pads, TensorData.ofLongs(0, 0, 0, 0, 0, 0, size[2] % 2, size[3] % 2));
      return step("edge", new Pad(PadMode.EDGE), twice, pads);
    }

    private void sum(int index, String a, String b) {
      String output = output(index);
      if (!output.isEmpty() && (!a.isEmpty() || !b.isEmpty())) {
        boolean both = !a.isEmpty() && !b.isEmpty();
        nodes.add(
            new Node(
                node.name() + (index == 0 ? "" : "/low"),
                both ? new Binary(BinaryFunction.ADD) : new Identity(),
                both ? List.of(a, b) : List.of(a.isEmpty() ? b : a),
                List.of(output)));
      }
    }
  }
}
