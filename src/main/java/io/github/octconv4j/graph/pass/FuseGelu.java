package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What exporters write for GELU becomes one function: {@code x * (1 + erf(x / sqrt(2))) * 0.5}, the
 * factors in any order, the division perhaps a product.
 */
public final class FuseGelu implements UnaryOperator<Graph> {
  private static final double ROOT = Math.sqrt(2);
  private static final double NEAR = 1e-6;

  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Unary unary && unary.function() == UnaryFunction.ERF) {
        fuse(rewriting, node);
      }
    }
    return rewriting.done();
  }

  private static void fuse(Rewriting rewriting, Node erf) {
    Graph graph = rewriting.graph;
    Node scaled = only(graph, erf.input(0));
    String x = scaled == null ? null : argument(graph, scaled);
    Node sum = reader(graph, erf.output());
    if (scaled == null || x == null || sum == null || !adds(graph, sum, erf.output())) {
      return;
    }
    List<Node> parts = new ArrayList<>(List.of(scaled, erf, sum));
    Node first = reader(graph, sum.output());
    if (first == null) {
      return;
    }
    Node last = product(graph, first, sum.output(), x, parts);
    // Numbers of more dimensions than x would give it some.
    if (last != null
        && graph.type(x).isKnown()
        && graph.type(x).equals(graph.type(last.output()))) {
      parts.forEach(rewriting::remove);
      rewriting.replace(
          last, new Node(last.name(), Unary.of(UnaryFunction.GELU), List.of(x), last.outputs()));
    }
  }

  /** What is divided by the root of two; null if something else is done. */
  private static @Nullable String argument(Graph graph, Node node) {
    if (is(node, BinaryFunction.DIV) && isNumber(graph, node.input(1), ROOT)) {
      return node.input(0);
    }
    return is(node, BinaryFunction.MUL) ? factor(graph, node, 1 / ROOT) : null;
  }

  /** The other factor of a product with a number; null if there is no such number. */
  private static @Nullable String factor(Graph graph, Node node, double number) {
    for (int i = 0; i < 2; i++) {
      if (isNumber(graph, node.input(i), number)) {
        return node.input(1 - i);
      }
    }
    return null;
  }

  private static boolean adds(Graph graph, Node node, String value) {
    return is(node, BinaryFunction.ADD) && value.equals(factor(graph, node, 1));
  }

  /**
   * The last of two products of a value, x and a half. What is not the last is added to the parts.
   */
  private static @Nullable Node product(
      Graph graph, Node first, String value, String x, List<Node> parts) {
    if (!is(first, BinaryFunction.MUL)) {
      return null;
    }
    String other = first.input(first.input(0).equals(value) ? 1 : 0);
    Node half = only(graph, other);
    if (half != null && is(half, BinaryFunction.MUL) && x.equals(factor(graph, half, 0.5))) {
      parts.add(half); // (x * 0.5) * (...)
      return first;
    }
    Node second = reader(graph, first.output());
    boolean doubled = second != null && is(second, BinaryFunction.MUL);
    if (second == null || !doubled) {
      return null;
    }
    String rest = second.input(second.input(0).equals(first.output()) ? 1 : 0);
    boolean fits =
        (other.equals(x) && isNumber(graph, rest, 0.5))
            || (isNumber(graph, other, 0.5) && rest.equals(x));
    if (fits) {
      parts.add(first);
    }
    return fits ? second : null;
  }

  private static boolean is(Node node, BinaryFunction function) {
    return node.op() instanceof Binary binary
        && binary.function() == function
        && node.inputs().size() == 2;
  }

  /** The node that makes a value for one reader. */
  private static @Nullable Node only(Graph graph, String value) {
    Node node = graph.producer(value);
    return node != null && graph.isPrivate(value) ? node : null;
  }

  /** The only reader of a value. */
  private static @Nullable Node reader(Graph graph, String value) {
    return graph.isPrivate(value) ? graph.consumers(value).getFirst() : null;
  }

  private static boolean isNumber(Graph graph, String value, double number) {
    TensorData data = graph.constant(value);
    return data != null && data.count() == 1 && Math.abs(data.doubleAt(0) - number) < NEAR;
  }
}
