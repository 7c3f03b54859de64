package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.Cast;
import io.github.octconv4j.graph.Expand;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Identity;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.Squeeze;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Tile;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.graph.Unsqueeze;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Takes nodes away that give what they get: Identity, reshapes and casts to what is there already,
 * padding by nothing, slices of all, and sums with nothing else.
 */
public final class DropIdentities implements UnaryOperator<Graph> {
  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes()) {
      boolean leaves = graph.outputs().contains(node.output());
      if (!leaves && isIdentity(graph, node)) {
        rewriting.remove(node);
        rewriting.rename(node.output(), node.input(0));
      }
    }
    return rewriting.done();
  }

  private static boolean isIdentity(Graph graph, Node node) {
    if (node.outputs().size() != 1 || node.input(0).isEmpty()) {
      return false;
    }
    TensorType in = graph.type(node.input(0));
    boolean same = in.isKnown() && in.equals(graph.type(node.output()));
    return switch (node.op()) {
      case Identity _ -> true;
      case Cast cast -> cast.to() == in.element();
      case Transpose transpose -> in.isKnown() && isInOrder(transpose.order(in.sizes().length));
      case Pad _, Slice _ -> same && isWhole(graph, node);
      case Binary binary -> binary.function().isVariadic() && node.inputs().size() == 1;
      case Reshape _, Flatten _, Squeeze _, Unsqueeze _, Expand _, Tile _ -> same;
      default -> false;
    };
  }

  private static boolean isInOrder(int[] order) {
    return Arrays.equals(order, IntStream.range(0, order.length).toArray());
  }

  /** Whether nothing is padded, and nothing turned around or moved. */
  private static boolean isWhole(Graph graph, Node node) {
    if (node.op() instanceof Pad) {
      TensorData pads = graph.constant(node.input(1));
      return pads != null && Arrays.stream(pads.toLongs()).allMatch(pad -> pad == 0);
    }
    TensorData steps = graph.constant(node.input(4));
    return node.input(4).isEmpty()
        || (steps != null && Arrays.stream(steps.toLongs()).allMatch(step -> step > 0));
  }
}
