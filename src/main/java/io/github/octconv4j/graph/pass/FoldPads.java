package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.AutoPad;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Zeros around images become padding of the convolution or the mean that reads them. A mean takes
 * them where it has no padding of its own, and counts them from then on.
 */
public final class FoldPads implements UnaryOperator<Graph> {
  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes()) {
      Node before = graph.producer(node.input(0));
      if (before != null && graph.isPrivate(before.output())) {
        long[] pads = zeros(graph, before);
        Op op = pads == null ? null : padded(node.op(), pads);
        boolean onlyInput = node.inputs().lastIndexOf(before.output()) == 0;
        if (op != null && onlyInput) {
          List<String> inputs = new ArrayList<>(node.inputs());
          inputs.set(0, before.input(0));
          rewriting.remove(before);
          rewriting.replace(node, new Node(node.name(), op, inputs, node.outputs()));
        }
      }
    }
    return rewriting.done();
  }

  /** How many zeros a node puts around an image, along the axes behind images and channels. */
  private static long @Nullable [] zeros(Graph graph, Node node) {
    if (!node.op().equals(new Pad(PadMode.CONSTANT))) {
      return null; // whose constants may be large, and are not read for nothing
    }
    TensorType type = graph.type(node.output());
    TensorData pads = graph.constant(node.input(1));
    TensorData value = graph.constant(node.input(2));
    TensorData axes = graph.constant(node.input(3));
    boolean zero = node.input(2).isEmpty() || (value != null && Pad.number(value) == 0);
    if (pads == null || !zero || (axes == null && !node.input(3).isEmpty()) || !type.isKnown()) {
      return null;
    }
    int rank = type.sizes().length;
    long[] all = Pad.pads(rank, pads.toLongs(), axes == null ? null : axes.toLongs());
    boolean image = rank >= 3 && all[0] == 0 && all[1] == 0 && all[rank] == 0 && all[rank + 1] == 0;
    if (!image || Arrays.stream(all).anyMatch(pad -> pad < 0)) {
      return null;
    }
    long[] spatial = new long[2 * (rank - 2)];
    System.arraycopy(all, 2, spatial, 0, rank - 2);
    System.arraycopy(all, rank + 2, spatial, rank - 2, rank - 2);
    return spatial;
  }

  private static @Nullable Op padded(Op op, long[] pads) {
    if (op instanceof Conv conv && isExplicit(conv.window())) {
      long[] sums = pads.clone();
      List<Long> own = conv.window().pads();
      for (int i = 0; i < own.size(); i++) {
        sums[i] += own.get(i);
      }
      return new Conv(conv.window().pads(sums), conv.group());
    }
    if (op instanceof Pool pool
        && pool.kind() == PoolKind.AVERAGE
        && isExplicit(pool.window())
        && !pool.window().ceil()
        && pool.window().pads().stream().allMatch(pad -> pad == 0)) {
      return new Pool(pool.kind(), pool.window().pads(pads), true, 0, pool.columnMajor());
    }
    return null;
  }

  private static boolean isExplicit(Window window) {
    return window.autoPad() == AutoPad.NOTSET || window.autoPad() == AutoPad.VALID;
  }
}
