package io.github.octconv4j.cli;

import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.ConvTranspose;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.QuantizedConv;
import io.github.octconv4j.graph.QuantizedMatMul;

/** What the convolutions and products of a graph compute in, as its file says. */
final class WholeNumbers {
  private WholeNumbers() {}

  /**
   * Returns {@code int8} where all read whole numbers, these and what the others compute in where
   * some do, else that alone.
   *
   * @param floats what floats are computed in, for instance {@code f32}
   */
  static String and(String floats, Graph graph) {
    long all = graph.nodes().stream().filter(WholeNumbers::isProduct).count();
    long whole = graph.nodes().stream().filter(node -> isWhole(node, graph)).count();
    return whole == 0 ? floats : whole == all ? "int8" : "int8 and " + floats;
  }

  private static boolean isProduct(Node node) {
    return switch (node.op()) {
      case Conv _, ConvTranspose _, Gemm _, MatMul _, QuantizedConv _, QuantizedMatMul _ -> true;
      default -> false;
    };
  }

  private static boolean isWhole(Node node, Graph graph) {
    return switch (node.op()) {
      case QuantizedConv _, QuantizedMatMul _ -> true;
      case Conv _, ConvTranspose _, Gemm _, MatMul _ -> {
        Node before = graph.producer(node.input(0));
        yield before != null && before.op() instanceof DequantizeLinear;
      }
      default -> false;
    };
  }
}
