package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A channel shuffle of images as exporters write it: channels become groups and channels of a
 * group, these two change places, and become channels again.
 *
 * @param source what is shuffled
 * @param groups into which its channels are cut
 * @param before the nodes before the last one
 */
record Shuffle(String source, int groups, List<Node> before) {
  private static final List<Long> ORDER = List.of(0L, 2L, 1L, 3L, 4L);

  /** The shuffle whose last node that is; null where there is none. */
  static @Nullable Shuffle endingWith(Graph graph, Node node) {
    Node transpose = before(graph, node);
    if (transpose == null || !(transpose.op() instanceof Transpose op)) {
      return null;
    }
    Node apart = before(graph, transpose);
    if (apart == null
        || !(node.op() instanceof Reshape)
        || !(apart.op() instanceof Reshape)
        || !op.permutation().equals(ORDER)) {
      return null;
    }
    TensorType x = graph.type(apart.input(0));
    TensorType y = graph.type(node.output());
    TensorType cut = graph.type(apart.output());
    if (!x.equals(y) || !x.isKnown() || !cut.isKnown() || x.element() != ElementType.F32) {
      return null;
    }
    long[] dims = x.sizes();
    long[] groups = cut.sizes();
    if (dims.length != 4 || groups.length != 5 || groups[1] * groups[2] != dims[1]) {
      return null;
    }
    long[] expected = {dims[0], groups[1], groups[2], dims[2], dims[3]};
    return Arrays.equals(groups, expected)
        ? new Shuffle(apart.input(0), Math.toIntExact(groups[1]), List.of(apart, transpose))
        : null;
  }

  /** What gives a node its first input, which nobody else reads. */
  private static @Nullable Node before(Graph graph, Node node) {
    boolean alone = !node.inputs().isEmpty() && graph.isPrivate(node.input(0));
    return alone ? graph.producer(node.input(0)) : null;
  }
}
