package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;

/**
 * The reverse of {@link FuseQuantized}, where nobody can compute with the whole numbers faster than
 * with floats. Operations whose result is {@link ElementType#I32} stay: floats don't hold it.
 */
public final class SplitQuantized implements UnaryOperator<Graph> {
  private final BiPredicate<Graph, Node> stays;

  /**
   * A pass for some nodes.
   *
   * @param stays whether a node with a {@link Quantized} is left as it is
   */
  public SplitQuantized(BiPredicate<Graph, Node> stays) {
    this.stays = stays;
  }

  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Quantized op
          && op.to() != ElementType.I32
          && !stays.test(graph, node)) {
        split(rewriting, node, op);
      }
    }
    return rewriting.done();
  }

  private static void split(Rewriting rewriting, Node node, Quantized op) {
    List<Node> nodes = new ArrayList<>();
    List<String> operands = new ArrayList<>();
    for (int i = 0; i < op.operands(); i++) {
      operands.add(operand(rewriting, node, op, i, nodes));
    }
    List<Step> steps = new ArrayList<>();
    steps.add(new Step(op.op(), operands));
    for (int i = op.operands(); i < op.all(); i++) {
      String other = operand(rewriting, node, op, i, nodes);
      steps.add(new Step(new Binary(BinaryFunction.ADD), List.of(other)));
    }
    if (op.low() > Float.NEGATIVE_INFINITY || op.high() < Float.POSITIVE_INFINITY) {
      String low = number(rewriting, node, op.low());
      String high = number(rewriting, node, op.high());
      steps.add(new Step(new Clip(), List.of(low, high)));
    }
    int last = op.input(op.all());
    if (op.to() != ElementType.F32) {
      QuantizeLinear quantize = new QuantizeLinear(0, 0, op.to());
      steps.add(new Step(quantize, List.of(scale(rewriting, node, last), node.input(last + 1))));
    }
    String value = "";
    for (int i = 0; i < steps.size(); i++) {
      List<String> inputs = new ArrayList<>(steps.get(i).inputs());
      if (i > 0) {
        inputs.addFirst(value);
      }
      boolean end = i == steps.size() - 1;
      value = end ? node.output() : rewriting.value(node.name());
      nodes.add(new Node(node.name(), steps.get(i).op(), inputs, List.of(value)));
    }
    Node end = nodes.removeLast();
    nodes.forEach(before -> rewriting.addBefore(node, before));
    rewriting.replace(node, end);
  }

  /** An operation on the value before it, or on operands where it is the first. */
  private record Step(Op op, List<String> inputs) {}

  private static String operand(
      Rewriting rewriting, Node node, Quantized op, int operand, List<Node> nodes) {
    int at = op.input(operand);
    String value = node.input(at);
    if (rewriting.graph.type(value).element() == ElementType.F32) {
      return value;
    }
    List<String> inputs = List.of(value, scale(rewriting, node, at + 1), zero(rewriting, node, at));
    int rank =
        rewriting.graph.type(value).isKnown() ? rewriting.graph.type(value).sizes().length : 1;
    String meant = rewriting.value(node.name());
    long axis = Math.max(0, op.axis(operand, rank));
    nodes.add(new Node(node.name(), new DequantizeLinear(axis, 0), inputs, List.of(meant)));
    return meant;
  }

  private static String scale(Rewriting rewriting, Node node, int input) {
    return node.input(input).isEmpty() ? number(rewriting, node, 1) : node.input(input);
  }

  /** The zero point, with as many values as the scale has. */
  private static String zero(Rewriting rewriting, Node node, int at) {
    TensorData scale = rewriting.graph.constant(node.input(at + 1));
    TensorData zero = rewriting.graph.constant(node.input(at + 2));
    if (scale == null || zero == null || Arrays.equals(scale.dims(), zero.dims())) {
      return node.input(at + 2);
    }
    long count = scale.count();
    byte[] values = new byte[Math.toIntExact(zero.element().bytes(count))];
    int bytes = values.length / (int) count;
    byte[] one = zero.segment().toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < values.length; i++) {
      values[i] = one[i % bytes];
    }
    return rewriting.constant(
        node.input(at + 2),
        TensorData.of(zero.element(), MemorySegment.ofArray(values), scale.dims()));
  }

  private static String number(Rewriting rewriting, Node node, float value) {
    return rewriting.constant(node.name() + ".number", TensorData.of(new float[] {value}));
  }
}
