package io.github.octconv4j.quant;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.quant.FloatLayers.Layer;
import java.util.Map;
import java.util.Set;

/**
 * Which layers are of whole numbers.
 *
 * @param layers those that are
 * @param graph with them
 * @param comparison of what it gives for all samples
 * @param losses of those layers that were tried alone
 */
record LayerChoice(
    Set<Layer> layers, Graph graph, Answers.Comparison comparison, Map<Layer, Double> losses) {
  LayerChoice {
    layers = Set.copyOf(layers); // those given may change later
    losses = Map.copyOf(losses);
  }

  /** What is lost with a layer alone; NaN where it was not tried. */
  double loss(Layer layer) {
    return losses.getOrDefault(layer, Double.NaN);
  }
}
