package io.github.octconv4j.compile;

import io.github.octconv4j.octave.plan.Formulation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long layers took in several plans of one network, each with another formulation of them.
 * Layers of a kind are chosen together.
 */
final class LayerTimes {
  private static final double MARGIN = 0.97; // what is less better than the default may be noise
  private static final double REFERENCE_PENALTY = 1e9;

  private final Map<String, Map<Formulation, Double>> shortest = new HashMap<>();

  /**
   * What one layer took in a plan.
   *
   * @param kind what layers have in common that get the same formulation
   * @param formulation of all layers of this kind in the plan
   * @param nanos of a run
   * @param reference whether a reference implementation is in it, for which no time makes up
   */
  record Timed(String kind, Formulation formulation, double nanos, boolean reference) {}

  /** Adds the layers of a plan. */
  void add(List<Timed> layers) {
    Map<String, Formulation> formulations = new HashMap<>();
    Map<String, Double> sums = new HashMap<>();
    for (Timed layer : layers) {
      double penalty = layer.reference() ? REFERENCE_PENALTY : 0;
      sums.merge(layer.kind(), penalty + layer.nanos(), Double::sum);
      formulations.put(layer.kind(), layer.formulation());
    }
    sums.forEach(
        (kind, nanos) ->
            shortest
                .computeIfAbsent(kind, k -> new HashMap<>())
                .merge(formulations.get(kind), nanos, Math::min));
  }

  /** The formulation of the shortest time for each kind, or the default where that is as good. */
  Map<String, Formulation> best() {
    Map<String, Formulation> best = new HashMap<>();
    shortest.forEach((kind, times) -> best.put(kind, best(times)));
    return best;
  }

  private static Formulation best(Map<Formulation, Double> times) {
    Map.Entry<Formulation, Double> fastest =
        times.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
    double plain = times.getOrDefault(Formulation.DEFAULT, Double.POSITIVE_INFINITY);
    return fastest.getValue() < MARGIN * plain ? fastest.getKey() : Formulation.DEFAULT;
  }
}
