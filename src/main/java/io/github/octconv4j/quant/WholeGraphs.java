package io.github.octconv4j.quant;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.quant.FloatLayers.Layer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Graphs in which some layers are of whole numbers; weights are made once for all of them. */
final class WholeGraphs {
  private final Graph floats;
  private final Map<String, Span> observed;
  private final int bound;
  private final Map<Node, WholeWeights> weights = new HashMap<>();

  /**
   * Of a graph of floats.
   *
   * @param observed the range of each value that a layer may read
   * @param bound the largest weight
   */
  WholeGraphs(Graph floats, Map<String, Span> observed, int bound) {
    this.floats = floats;
    this.observed = observed;
    this.bound = bound;
  }

  /** The graph in which these layers are of whole numbers. */
  Graph with(Collection<Layer> layers) {
    List<Node> products = layers.stream().flatMap(layer -> layer.nodes().stream()).toList();
    Map<String, Span> spans = RoundedValues.of(floats, products).tied(observed);
    Map<Node, WholeWeights> whole = new HashMap<>();
    for (Node product : products) {
      Span source = Objects.requireNonNull(spans.get(product.input(0)), product.input(0));
      whole.put(product, weights(product, source.scale()));
    }
    return InsertPairs.of(floats, whole, spans);
  }

  private WholeWeights weights(Node product, float source) {
    WholeWeights made = weights.get(product);
    if (made == null) {
      made = WholeWeights.of(floats, product, source, bound);
    } else if (made.source() != source) {
      made = made.withSource(floats, product, source);
    }
    weights.put(product, made);
    return made;
  }
}
