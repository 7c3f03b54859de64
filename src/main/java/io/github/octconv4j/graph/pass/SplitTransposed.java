package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.ConvTranspose;
import io.github.octconv4j.graph.DepthToSpace;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.WindowAxis;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Transposed convolutions of images become convolutions. With stride s, each of the s x s phases of
 * the output is a convolution with every s-th weight, turned around: one convolution makes all of
 * them as channels, {@link DepthToSpace} puts them into place, and {@link Slice} cuts the padding
 * away. Those with groups, dilation or strides that differ stay.
 */
public final class SplitTransposed implements UnaryOperator<Graph> {
  @Override
  public Graph apply(Graph graph) {
    List<Node> nodes = new ArrayList<>();
    Map<String, TensorData> constants = new LinkedHashMap<>(graph.constants());
    boolean changed = false;
    for (Node node : graph.nodes()) {
      Phases phases = node.op() instanceof ConvTranspose op ? Phases.of(graph, node, op) : null;
      if (phases == null) {
        nodes.add(node);
      } else {
        phases.add(nodes, constants);
        changed = true;
      }
    }
    return changed
        ? new Graph(graph.name(), graph.inputs(), constants, nodes, graph.outputs())
        : graph;
  }

  /**
   * A transposed convolution and its phases.
   *
   * @param node the transposed convolution
   * @param weights (input channels, output channels, rows, columns)
   * @param bias of each output channel, or null
   * @param axes rows and columns, input and output having changed places
   * @param stride of both
   */
  private record Phases(
      Node node, TensorData weights, @Nullable TensorData bias, List<WindowAxis> axes, int stride) {
    static @Nullable Phases of(Graph graph, Node node, ConvTranspose op) {
      TensorType x = graph.type(node.input(0));
      TensorData weights = graph.constant(node.input(1));
      TensorData bias = graph.constant(node.input(2));
      if (weights == null
          || (bias == null && !node.input(2).isEmpty())
          || op.group() != 1
          || x.element() != ElementType.F32
          || !x.isKnown()
          || x.sizes().length != 4) {
        return null;
      }
      long[] w = weights.dims();
      List<WindowAxis> axes =
          op.axes(new long[] {x.sizes()[2], x.sizes()[3]}, new long[] {w[2], w[3]});
      long stride = axes.getFirst().stride();
      Phases phases = new Phases(node, weights, bias, axes, Math.toIntExact(stride));
      boolean fits =
          axes.stream()
              .allMatch(
                  axis ->
                      axis.stride() == stride
                          && axis.dilation() == 1
                          && axis.begin() >= 0
                          && axis.begin() + axis.input() <= phases.length(axis));
      return fits ? phases : null;
    }

    /** Weights that each phase has along an axis. */
    int taps(WindowAxis axis) {
      return Math.toIntExact(Math.ceilDiv(axis.kernel(), (long) stride));
    }

    /** How many elements all phases make together along an axis. */
    long length(WindowAxis axis) {
      return (axis.output() + taps(axis) - 1) * stride;
    }

    void add(List<Node> nodes, Map<String, TensorData> constants) {
      boolean cut = axes.stream().anyMatch(axis -> length(axis) != axis.input());
      String weightsName = node.name() + "/phases";
      constants.put(weightsName, turned());
      List<String> inputs = new ArrayList<>(List.of(node.input(0), weightsName));
      if (bias != null) {
        constants.put(node.name() + "/biases", repeated(bias));
        inputs.add(node.name() + "/biases");
      }
      Window window = Window.of(taps(axes.get(0)), taps(axes.get(1)));
      long rows = taps(axes.get(0)) - 1L;
      long columns = taps(axes.get(1)) - 1L;
      String last = node.output();
      String apart = stride == 1 && !cut ? last : node.name() + "/convolved";
      nodes.add(
          new Node(
              node.name(),
              new Conv(window.pads(rows, columns, rows, columns), 1),
              inputs,
              List.of(apart)));
      String whole = cut ? node.name() + "/whole" : last;
      if (stride > 1) {
        nodes.add(
            new Node(
                node.name() + "/space",
                new DepthToSpace(stride, true),
                List.of(apart),
                List.of(whole)));
      }
      if (cut) {
        addSlice(stride > 1 ? whole : apart, nodes, constants);
      }
    }

    private void addSlice(String whole, List<Node> nodes, Map<String, TensorData> constants) {
      long[] starts = {axes.get(0).begin(), axes.get(1).begin()};
      long[] ends = {starts[0] + axes.get(0).input(), starts[1] + axes.get(1).input()};
      String[] names = {"/starts", "/ends", "/axes"};
      long[][] values = {starts, ends, {2, 3}};
      List<String> inputs = new ArrayList<>(List.of(whole));
      for (int i = 0; i < names.length; i++) {
        constants.put(node.name() + names[i], TensorData.ofLongs(values[i]));
        inputs.add(node.name() + names[i]);
      }
      nodes.add(new Node(node.name() + "/cut", new Slice(), inputs, List.of(node.output())));
    }

    /** The weights of all phases, (output channels x stride x stride, input channels, taps...). */
    private TensorData turned() {
      long[] w = weights.dims();
      int in = Math.toIntExact(w[0]);
      int out = Math.toIntExact(w[1]);
      int height = Math.toIntExact(w[2]);
      int width = Math.toIntExact(w[3]);
      int rows = taps(axes.get(0));
      int columns = taps(axes.get(1));
      float[] from = weights.toFloats();
      float[] to = new float[Math.multiplyExact(out * stride * stride, in * rows * columns)];
      for (int i = 0; i < in; i++) {
        for (int o = 0; o < out; o++) {
          for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
              int phase = (o * stride + y % stride) * stride + x % stride;
              int row = rows - 1 - y / stride;
              int column = columns - 1 - x / stride;
              to[((phase * in + i) * rows + row) * columns + column] =
                  from[((i * out + o) * height + y) * width + x];
            }
          }
        }
      }
      return TensorData.of(to, (long) out * stride * stride, in, rows, columns);
    }

    private TensorData repeated(TensorData values) {
      int phases = stride * stride;
      float[] all = new float[Math.toIntExact(values.count()) * phases];
      for (int i = 0; i < all.length; i++) {
        all[i] = (float) values.doubleAt(i / phases);
      }
      return TensorData.of(all, all.length);
    }
  }
}
