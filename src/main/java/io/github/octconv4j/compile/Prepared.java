package io.github.octconv4j.compile;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.PlanOptions;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A graph for known sizes, with all that is decided before a plan is built but for the formulations
 * of its layers.
 *
 * @param head what a program computes
 * @param tail what the interpreter computes behind it, null for nothing
 * @param layers the octave convolutions of the head by their nodes
 * @param placement which of them are made and kept in parts
 * @param workers threads of our own that share steps; 1 where primitives have threads, or there is
 *     one
 * @param lasting constants that are the same for all sizes, and kept once for all programs; each is
 *     equal to itself alone
 */
record Prepared(
    Graph head,
    @Nullable Graph tail,
    IdentityHashMap<Node, Layer> layers,
    Placement placement,
    int workers,
    Set<TensorData> lasting) {
  /**
   * Decides.
   *
   * @param options of which threads and type count
   */
  static Prepared of(Graph graph, PlanOptions options, Set<TensorData> lasting) {
    Halves halves = Halves.of(graph);
    Graph head = halves.head();
    IdentityHashMap<Node, Layer> layers = new IdentityHashMap<>();
    for (Node node : head.nodes()) {
      Layer layer = Layer.of(head, node);
      if (layer != null) {
        layers.put(node, layer);
      }
    }
    int workers = Crew.canShare(head, layers) ? options.threads() : 1;
    Placement placement = new Placement(head, layers, workers, options.type().bytes());
    return new Prepared(head, halves.tail(), layers, placement, workers, lasting);
  }

  /** Whether a layer has channels at half resolution. */
  boolean isOctave() {
    return layers.values().stream()
        .anyMatch(layer -> layer.spec().in().low() > 0 || layer.spec().out().low() > 0);
  }
}
