package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Values of I8 between nodes that quantise and products, and what picks elements of them, become
 * U8, 128 more than before, with zero points that are 128 more: the same numbers, which processors
 * multiply faster, and those without VNNI exactly. Values that leave, or that others read, stay.
 */
public final class UnsignedActivations implements UnaryOperator<Graph> {
  private static final int HALF = 128;

  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    Map<Node, List<String>> inputs = new HashMap<>();
    Map<Node, Boolean> changed = new HashMap<>(); // whether the result is, too
    for (Node node : graph.nodes()) {
      if (isChangeable(graph, node)) {
        changed.put(node, true);
        shift(rewriting, inputs, node, zeroOf(node));
        for (String value : carried(graph, node.output())) {
          for (Node reader : graph.consumers(value)) {
            if (!SinkDequantized.picks(reader)) {
              changed.putIfAbsent(reader, false);
              zerosOf(reader, value).forEach(zero -> shift(rewriting, inputs, reader, zero));
            }
          }
        }
      }
    }
    changed.forEach(
        (node, result) ->
            rewriting.replace(
                node,
                new Node(
                    node.name(),
                    node.op() instanceof Quantized op && result
                        ? new Quantized(
                            op.op(), op.operands(), op.added(), op.low(), op.high(), ElementType.U8)
                        : node.op(),
                    inputs.getOrDefault(node, node.inputs()),
                    node.outputs())));
    return rewriting.done();
  }

  /** A value and all that picks elements of it. */
  private static List<String> carried(Graph graph, String value) {
    List<String> values = new ArrayList<>(List.of(value));
    for (int i = 0; i < values.size(); i++) {
      for (Node reader : graph.consumers(values.get(i))) {
        if (SinkDequantized.picks(reader) && reader.input(0).equals(values.get(i))) {
          values.add(reader.output());
        }
      }
    }
    return values;
  }

  /** Whether a node makes I8, and all that read it can be told. */
  private static boolean isChangeable(Graph graph, Node node) {
    int zero = zeroOf(node);
    boolean makes =
        zero >= 0
            && graph.type(node.output()).element() == ElementType.I8
            && isKnown(graph, node, zero);
    boolean pays = false;
    for (String value : makes ? carried(graph, node.output()) : List.<String>of()) {
      makes &= !graph.outputs().contains(value);
      for (Node reader : graph.consumers(value)) {
        if (!SinkDequantized.picks(reader)) {
          List<Integer> zeros = zerosOf(reader, value);
          long uses = reader.inputs().stream().filter(value::equals).count();
          makes &= zeros.size() == uses && zeros.stream().allMatch(z -> isKnown(graph, reader, z));
          pays |= reader.op() instanceof Quantized;
        }
      }
    }
    return makes && pays;
  }

  /** Whether a zero point is one constant number, or left out. */
  private static boolean isKnown(Graph graph, Node node, int input) {
    TensorData data = graph.constant(node.input(input));
    return node.input(input).isEmpty() || (data != null && data.count() == 1);
  }

  /** Which input is the zero point of a node's result; -1 for none. */
  private static int zeroOf(Node node) {
    if (node.op() instanceof Quantized op) {
      return op.to() == ElementType.I8 ? op.input(op.all()) + 1 : -1;
    }
    return node.op() instanceof QuantizeLinear op && op.block() == 0 ? 2 : -1;
  }

  /** Which inputs are zero points of a value that a node reads. */
  private static List<Integer> zerosOf(Node node, String value) {
    List<Integer> zeros = new ArrayList<>();
    if (node.op() instanceof DequantizeLinear op && op.block() == 0) {
      zeros.add(2);
    } else if (node.op() instanceof Quantized op) {
      for (int i = 0; i < op.all(); i++) {
        boolean weights = i == 1 && op.operands() > 1;
        if (node.input(op.input(i)).equals(value) && !weights) {
          zeros.add(op.input(i) + 2);
        }
      }
    }
    return zeros;
  }

  private static void shift(
      Rewriting rewriting, Map<Node, List<String>> inputs, Node node, int zero) {
    List<String> now = inputs.computeIfAbsent(node, key -> new ArrayList<>(key.inputs()));
    while (now.size() <= zero) {
      now.add("");
    }
    TensorData old = rewriting.graph.constant(now.get(zero));
    long value = (old == null ? 0 : old.longAt(0)) + HALF;
    long[] dims = old == null ? new long[0] : old.dims();
    now.set(
        zero,
        rewriting.constant(
            node.name() + ".zero",
            TensorData.of(ElementType.U8, MemorySegment.ofArray(new byte[] {(byte) value}), dims)));
  }
}
