package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Products of a value with a gate of itself become one function: {@code x * sigmoid(x)} SiLU, and
 * {@code x * hardsigmoid(x)} or {@code x * clip(x + 3, 0, 6) / 6} HardSwish.
 */
public final class FuseGates implements UnaryOperator<Graph> {
  private static final float SIXTH = 1f / 6;

  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes()) {
      if (!Patterns.is(node, BinaryFunction.MUL)) {
        continue;
      }
      for (int gate = 0; gate < 2; gate++) {
        List<Node> parts = new ArrayList<>();
        UnaryFunction function = gated(graph, node, gate, parts);
        if (function != null && !rewriting.isChanged(node)) {
          parts.forEach(rewriting::remove);
          Node result = end(graph, node, parts, rewriting);
          rewriting.replace(
              result,
              new Node(
                  result.name(),
                  Unary.of(function),
                  List.of(node.input(1 - gate)),
                  result.outputs()));
        }
      }
    }
    return rewriting.done();
  }

  /** The last node of what becomes one function: a division by 6 may follow the product. */
  private static Node end(Graph graph, Node node, List<Node> parts, Rewriting rewriting) {
    if (!(parts.getFirst().op() instanceof Clip)) {
      return node;
    }
    rewriting.remove(node);
    return graph.consumers(node.output()).getFirst();
  }

  /** The function that product and gate make; the gate's nodes are added to the parts. */
  private static @Nullable UnaryFunction gated(Graph graph, Node node, int gate, List<Node> parts) {
    Node last = Patterns.maker(graph, node.input(gate));
    String x = node.input(1 - gate);
    if (last == null) {
      return null;
    }
    parts.add(last);
    if (last.op() instanceof Unary unary) {
      boolean sigmoid = unary.function() == UnaryFunction.SIGMOID;
      boolean hard =
          unary.function() == UnaryFunction.HARD_SIGMOID
              && Math.abs(unary.alpha() - SIXTH) < Patterns.NEAR
              && unary.beta() == 0.5f;
      boolean fits = last.input(0).equals(x) && (sigmoid || hard);
      return !fits ? null : sigmoid ? UnaryFunction.SWISH : UnaryFunction.HARD_SWISH;
    }
    Node shift = last.op() instanceof Clip ? Patterns.maker(graph, last.input(0)) : null;
    boolean fits =
        shift != null
            && Patterns.isNumber(graph, last.input(1), 0)
            && Patterns.isNumber(graph, last.input(2), 6)
            && Patterns.is(shift, BinaryFunction.ADD)
            && (isShift(graph, shift, x, 0) || isShift(graph, shift, x, 1))
            && isSixth(graph, node);
    if (shift == null || !fits) {
      return null;
    }
    parts.add(shift);
    return UnaryFunction.HARD_SWISH;
  }

  private static boolean isShift(Graph graph, Node sum, String x, int at) {
    return sum.input(at).equals(x) && Patterns.isNumber(graph, sum.input(1 - at), 3);
  }

  /** Whether all that reads a product divides it by 6. */
  private static boolean isSixth(Graph graph, Node product) {
    if (!graph.isPrivate(product.output())) {
      return false;
    }
    Node next = graph.consumers(product.output()).getFirst();
    boolean divided =
        Patterns.is(next, BinaryFunction.DIV)
            && next.input(0).equals(product.output())
            && Patterns.isNumber(graph, next.input(1), 6);
    int at = next.input(0).equals(product.output()) ? 1 : 0;
    return divided
        || (Patterns.is(next, BinaryFunction.MUL)
            && Patterns.isNumber(graph, next.input(at), SIXTH));
  }
}
