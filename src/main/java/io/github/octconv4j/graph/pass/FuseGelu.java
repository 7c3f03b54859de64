package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
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
    Node scaled = Patterns.maker(graph, erf.input(0));
    String x = scaled == null ? null : argument(graph, scaled);
    Node sum = Patterns.reader(graph, erf.output());
    if (scaled == null || x == null || sum == null || !isOnePlus(graph, sum, erf.output())) {
      return;
    }
    List<Node> parts = new ArrayList<>(List.of(scaled, erf, sum));
    Node first = Patterns.reader(graph, sum.output());
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
    if (Patterns.is(node, BinaryFunction.DIV) && Patterns.isNumber(graph, node.input(1), ROOT)) {
      return node.input(0);
    }
    return Patterns.is(node, BinaryFunction.MUL) ? factor(graph, node, 1 / ROOT) : null;
  }

  /** The other factor of a product with a number; null if there is no such number. */
  private static @Nullable String factor(Graph graph, Node node, double number) {
    for (int i = 0; i < 2; i++) {
      if (Patterns.isNumber(graph, node.input(i), number)) {
        return node.input(1 - i);
      }
    }
    return null;
  }

  private static boolean isOnePlus(Graph graph, Node node, String value) {
    return Patterns.is(node, BinaryFunction.ADD) && value.equals(factor(graph, node, 1));
  }

  /**
   * The last of two products of a value, x and a half. What is not the last is added to the parts.
   */
  private static @Nullable Node product(
      Graph graph, Node first, String value, String x, List<Node> parts) {
    if (!Patterns.is(first, BinaryFunction.MUL)) {
      return null;
    }
    String other = first.input(first.input(0).equals(value) ? 1 : 0);
    Node half = Patterns.maker(graph, other);
    if (half != null
        && Patterns.is(half, BinaryFunction.MUL)
        && x.equals(factor(graph, half, 0.5))) {
      parts.add(half); // (x * 0.5) * (...)
      return first;
    }
    Node second = Patterns.reader(graph, first.output());
    boolean doubled = second != null && Patterns.is(second, BinaryFunction.MUL);
    if (second == null || !doubled) {
      return null;
    }
    String rest = second.input(second.input(0).equals(first.output()) ? 1 : 0);
    boolean fits =
        (other.equals(x) && Patterns.isNumber(graph, rest, 0.5))
            || (Patterns.isNumber(graph, other, 0.5) && rest.equals(x));
    if (fits) {
      parts.add(first);
    }
    return fits ? second : null;
  }
}
