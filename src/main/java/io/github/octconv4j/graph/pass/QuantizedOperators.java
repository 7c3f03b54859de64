package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.graph.QuantizedConv;
import io.github.octconv4j.graph.QuantizedMatMul;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * ONNX's operators on whole numbers (QLinearConv, QLinearMatMul, ConvInteger, MatMulInteger) become
 * the one form that all else knows, {@link Quantized}. Products whose first operand has scales or
 * zero points for each row stay.
 */
public final class QuantizedOperators implements UnaryOperator<Graph> {
  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof QuantizedConv conv) {
        Conv op = new Conv(conv.window(), conv.group());
        rewriting.replace(node, conv.scaled() ? scaled(rewriting, node, op) : unscaled(node, op));
      } else if (node.op() instanceof QuantizedMatMul product
          && isOfOneScale(graph, node, product)) {
        MatMul op = new MatMul();
        rewriting.replace(
            node, product.scaled() ? scaled(rewriting, node, op) : unscaled(node, op));
      }
    }
    return rewriting.done();
  }

  private static boolean isOfOneScale(Graph graph, Node node, QuantizedMatMul product) {
    boolean zero = Quantities.isScalar(graph, node.input(2));
    return zero && (!product.scaled() || Quantities.isScalar(graph, node.input(1)));
  }

  /** Of x, w and their zero points. */
  private static Node unscaled(Node node, Op op) {
    List<String> inputs =
        List.of(node.input(0), "", node.input(2), node.input(1), "", node.input(3), "", "");
    return new Node(node.name(), Quantized.of(op, 2, ElementType.I32), inputs, node.outputs());
  }

  /** Of x, w and y with scales and zero points, and a bias whose scale is that of the products. */
  private static Node scaled(Rewriting rewriting, Node node, Op op) {
    List<String> inputs = new ArrayList<>(node.inputs().subList(0, 6));
    String bias = node.input(8);
    if (!bias.isEmpty()) {
      inputs.add(bias);
      inputs.add(product(rewriting, node, node.input(1), node.input(4)));
      inputs.add("");
    }
    inputs.addAll(node.inputs().subList(6, 8));
    ElementType to = rewriting.graph.type(node.input(7)).element();
    return new Node(
        node.name(), Quantized.of(op, bias.isEmpty() ? 2 : 3, to), inputs, node.outputs());
  }

  /** The product of two scales. */
  private static String product(Rewriting rewriting, Node node, String one, String other) {
    TensorData a = rewriting.graph.constant(one);
    TensorData b = rewriting.graph.constant(other);
    if (a == null || b == null) {
      String value = rewriting.value(node.name() + ".bias_scale");
      rewriting.addBefore(
          node,
          new Node(value, new Binary(BinaryFunction.MUL), List.of(one, other), List.of(value)));
      return value;
    }
    float[] scales = b.toFloats();
    for (int i = 0; i < scales.length; i++) {
      scales[i] *= (float) a.doubleAt(0);
    }
    return rewriting.constant(node.name() + ".bias_scale", TensorData.of(scales, b.dims()));
  }
}
