package io.github.octconv4j.compile;

import io.github.octconv4j.graph.BatchNormalization;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Identity;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.graph.Reduce;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.Softmax;
import io.github.octconv4j.graph.Split;
import io.github.octconv4j.graph.Squeeze;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.Unsqueeze;
import java.util.IdentityHashMap;

/**
 * Says who does the work of several threads: our own workers, of which each has rows, pixels or
 * channels of a step, or those of OpenMP, which share each primitive. Both at once would take the
 * processors from each other: idle threads of OpenMP spin for a while.
 */
final class Crew {
  private Crew() {}

  /**
   * Whether workers can share what a graph takes long for: octave convolutions they share best, and
   * in other graphs nothing may be left that only OpenMP shares. It alone shares convolutions of
   * whole numbers.
   */
  static boolean canShare(Graph graph, IdentityHashMap<Node, Layer> layers) {
    boolean octave =
        layers.values().stream()
            .anyMatch(layer -> layer.spec().in().hasBoth() || layer.spec().out().hasBoth());
    boolean quantized = graph.nodes().stream().anyMatch(node -> node.op() instanceof Quantized);
    return (octave && !quantized)
        || (!layers.isEmpty()
            && graph.nodes().stream()
                .allMatch(node -> layers.containsKey(node) || isShareable(graph, node)));
  }

  private static boolean isShareable(Graph graph, Node node) {
    return switch (node.op()) {
      case Gemm _ -> graph.constant(node.input(1)) != null;
      case Pool _, GlobalPool _, Binary _, Unary _, Clip _, Softmax _ -> true;
      case BatchNormalization _, Reduce _ -> true;
      case Flatten _, Reshape _, Squeeze _, Unsqueeze _, Identity _ -> true;
      case Concat _, Slice _, Split _, Transpose _ -> true;
      default -> false;
    };
  }
}
