package io.github.octconv4j.quant;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.quant.FloatLayers.Layer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses the layers of whole numbers by what they lose on samples.
 *
 * @param graphs with the layers that are asked for
 * @param samples to run them on
 * @param runs runs them
 * @param answers of floats for all samples
 */
record LayerChooser(WholeGraphs graphs, Samples samples, SampleRuns runs, Answers answers) {
  private static final int TRIED_ON = 8;

  /** Takes all layers. */
  LayerChoice all(List<Layer> layers) {
    return choice(new LinkedHashSet<>(layers), Map.of());
  }

  /**
   * Tries each layer alone on a few samples. Those that cost most are left out, one after the
   * other, until the loss of all samples is allowed.
   *
   * @param criterion what must not be lost
   * @param mostLoss the most that may be
   * @param tried called after each trial of a layer
   */
  LayerChoice within(List<Layer> layers, Loss criterion, double mostLoss, Runnable tried) {
    Map<Layer, Double> losses = new HashMap<>();
    for (Layer layer : layers) {
      losses.put(layer, compare(graphs.with(Set.of(layer)), samples.first(TRIED_ON)).loss());
      tried.run();
    }
    Set<Layer> kept = new LinkedHashSet<>(layers);
    LayerChoice choice = choice(kept, losses);
    for (Layer worst : worstFirst(layers, choice)) {
      if (choice.comparison().loss(criterion) <= mostLoss) {
        break;
      }
      kept.remove(worst);
      choice = choice(kept, losses);
    }
    return choice;
  }

  private static List<Layer> worstFirst(List<Layer> layers, LayerChoice choice) {
    List<Layer> worst = new ArrayList<>(layers);
    worst.sort(Comparator.comparingDouble(layer -> -choice.loss(layer)));
    return worst;
  }

  private LayerChoice choice(Set<Layer> layers, Map<Layer, Double> losses) {
    Graph graph = graphs.with(layers);
    Answers.Comparison comparison = compare(graph, samples.all());
    return new LayerChoice(layers, graph, comparison, losses);
  }

  private Answers.Comparison compare(Graph graph, List<Map<String, TensorData>> on) {
    Answers.Comparison comparison = answers.comparison();
    runs.run(graph, on, comparison);
    return comparison;
  }
}
