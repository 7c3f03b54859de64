package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * QuantizeLinear and the DequantizeLinear behind it go away together, where nobody else sees the
 * whole numbers: for processors that compute faster with floats, which are nearer to what was
 * meant. Where whole numbers begin at 0 and nothing before them says so, they stand for an
 * activation that a tool has left out, and its limits stay. What enters is rounded still.
 */
public final class DropRounding implements UnaryOperator<Graph> {
  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof QuantizeLinear op
          && op.block() == 0
          && graph.producer(node.input(0)) != null
          && !graph.outputs().contains(node.output())
          && graph.consumers(node.output()).stream().allMatch(next -> undoes(graph, node, next))) {
        drop(rewriting, node);
      }
    }
    return new DropDeadNodes().apply(rewriting.done());
  }

  private static boolean undoes(Graph graph, Node quantize, Node next) {
    return next.op() instanceof DequantizeLinear op
        && op.block() == 0
        && next.input(0).equals(quantize.output())
        && !graph.outputs().contains(next.output())
        && graph.type(next.output()).equals(graph.type(quantize.input(0)))
        && Quantities.areEqual(graph, quantize.input(1), next.input(1), 1)
        && Quantities.areEqual(graph, quantize.input(2), next.input(2), 0);
  }

  private static void drop(Rewriting rewriting, Node node) {
    Graph graph = rewriting.graph;
    ElementType type = graph.type(node.output()).element();
    TensorData scale = graph.constant(node.input(1));
    TensorData zero = graph.constant(node.input(2));
    double none = zero == null ? 0 : zero.doubleAt(0);
    String value = node.input(0);
    if (scale != null && none == Quantities.least(type) && !isPositive(graph, value)) {
      float most = (float) ((Quantities.most(type) - none) * scale.doubleAt(0));
      String low = rewriting.constant(node.name() + ".low", TensorData.of(new float[] {0}));
      String high = rewriting.constant(node.name() + ".high", TensorData.of(new float[] {most}));
      String limited = rewriting.value(node.name());
      rewriting.replace(
          node, new Node(node.name(), new Clip(), List.of(value, low, high), List.of(limited)));
      value = limited;
    } else {
      rewriting.remove(node);
    }
    for (Node next : graph.consumers(node.output())) {
      rewriting.remove(next);
      rewriting.rename(next.output(), value);
    }
  }

  /** Whether something before a value says that it is at least 0. */
  private static boolean isPositive(Graph graph, String value) {
    String at = value;
    Node node = graph.producer(at);
    while (node != null && keepsSign(node)) {
      at = node.input(0);
      node = graph.producer(at);
    }
    return node != null && limits(graph, node);
  }

  private static boolean keepsSign(Node node) {
    boolean mean = node.op() instanceof Pool pool && pool.kind() == PoolKind.AVERAGE;
    boolean rounds = node.op() instanceof QuantizeLinear || node.op() instanceof DequantizeLinear;
    return mean || rounds || SinkDequantized.picks(node);
  }

  private static boolean limits(Graph graph, Node node) {
    if (node.op() instanceof Unary unary) {
      return unary.function() == UnaryFunction.RELU || unary.function() == UnaryFunction.SIGMOID;
    }
    TensorData low = node.op() instanceof Clip ? graph.constant(node.input(1)) : null;
    return low != null && low.count() == 1 && low.doubleAt(0) >= 0;
  }
}
