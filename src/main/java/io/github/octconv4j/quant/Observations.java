package io.github.octconv4j.quant;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Watches the values on samples that some products read. */
final class Observations {
  private final Graph graph;
  private final Samples samples;
  private final Map<String, Observation> observations = new LinkedHashMap<>();

  /** Of what these products of a graph of floats read. */
  Observations(Graph graph, List<Node> products, Samples samples) {
    this.graph = graph;
    this.samples = samples;
    RoundedValues.of(graph, products)
        .names()
        .forEach(value -> observations.put(value, new Observation()));
  }

  /**
   * Runs the graph on all samples, and once more where how often parts of a range occur counts.
   *
   * @param answers gets the outputs for each sample
   * @return the range of each value
   */
  Map<String, Span> spans(SampleRuns runs, Ranges ranges, Answers answers) {
    Graph watched = watched();
    runs.run(
        watched,
        samples.all(),
        (sample, outputs) -> {
          Map<String, TensorData> answer = new HashMap<>(outputs);
          answer.keySet().retainAll(graph.outputs());
          answers.add(answer);
          forValues(sample, outputs, Observation::limit);
        });
    if (ranges != Ranges.MIN_MAX) {
      runs.run(
          watched,
          samples.all(),
          (sample, outputs) -> forValues(sample, outputs, Observation::count));
    }
    Map<String, Span> spans = new HashMap<>();
    observations.forEach((value, observation) -> spans.put(value, observation.span(ranges)));
    return spans;
  }

  /** The graph, which also gives what is observed and no input. */
  private Graph watched() {
    Set<String> names = new LinkedHashSet<>(graph.outputs());
    observations.keySet().stream()
        .filter(value -> graph.producer(value) != null)
        .forEach(names::add);
    return new Graph(
        graph.name(), graph.inputs(), graph.constants(), graph.nodes(), List.copyOf(names));
  }

  private void forValues(
      int sample, Map<String, TensorData> outputs, BiConsumer<Observation, TensorData> watch) {
    observations.forEach(
        (value, observation) -> {
          TensorData made = outputs.get(value);
          watch.accept(observation, made == null ? samples.get(sample, value) : made);
        });
  }
}
