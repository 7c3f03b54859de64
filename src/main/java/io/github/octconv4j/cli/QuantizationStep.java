package io.github.octconv4j.cli;

import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.TensorData;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How far apart neighbouring results of whole numbers are. */
final class QuantizationStep {
  private static final double SLACK = 1e-5; // the step itself is rounded

  private QuantizationStep() {}

  /**
   * The step of an output that is quantised or dequantised, in a graph with products: a sum that
   * lies between two steps may be rounded to either. 0 for all others.
   */
  static double of(Graph graph, String output) {
    boolean computes =
        graph.nodes().stream()
            .anyMatch(
                node ->
                    node.op() instanceof Conv
                        || node.op() instanceof Gemm
                        || node.op() instanceof MatMul);
    Node node = graph.producer(output);
    if (!computes || node == null) {
      return 0;
    }
    return switch (node.op()) {
      case QuantizeLinear _ -> 1;
      case DequantizeLinear _ -> isQuantized(graph, node) ? largest(graph, node.input(1)) : 0;
      default -> 0;
    };
  }

  private static boolean isQuantized(Graph graph, Node dequantize) {
    Node node = graph.producer(dequantize.input(0));
    return node != null && node.op() instanceof QuantizeLinear;
  }

  private static double largest(Graph graph, String scale) {
    @Nullable TensorData data = graph.constant(scale);
    return data == null
        ? 0
        : (1 + SLACK) * Arrays.stream(data.toDoubles()).map(Math::abs).max().orElse(0);
  }
}
