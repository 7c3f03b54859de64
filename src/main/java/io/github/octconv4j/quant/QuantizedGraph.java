package io.github.octconv4j.quant;

import io.github.octconv4j.graph.Graph;
import java.util.List;
import java.util.Objects;

/**
 * A graph whose convolutions and products are in whole numbers.
 *
 * @param graph with QuantizeLinear and DequantizeLinear nodes
 * @param layers all convolutions and products, in the order of the graph
 * @param loss 1 less the cosine of its outputs to those in floats, the mean of all samples
 * @since 0.1.0
 */
public record QuantizedGraph(Graph graph, List<QuantizedLayer> layers, double loss) {
  /** Copies the list. */
  public QuantizedGraph {
    Objects.requireNonNull(graph, "graph");
    Objects.requireNonNull(layers, "layers")
        .forEach(layer -> Objects.requireNonNull(layer, "element of layers"));
    layers = List.copyOf(layers);
  }
}
