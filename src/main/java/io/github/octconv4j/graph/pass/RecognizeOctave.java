package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Graph;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Finds octave convolutions in what exporters write: up to four convolutions, a 2x2 mean from high
 * to low, nearest upsampling by 2 from low to high, and sums. Each becomes one {@link OctaveConv}.
 * The graph should be simplified before, and its sizes known.
 */
public final class RecognizeOctave implements UnaryOperator<Graph> {
  /**
   * What was found.
   *
   * @param graph the graph with octave convolutions
   * @param recognized a line for each one
   * @param rejected a line for each place that looks like one and is not, with the reason
   */
  public record Result(Graph graph, List<String> recognized, List<String> rejected) {}

  @Override
  public Graph apply(Graph graph) {
    return find(graph).graph();
  }

  /** Finds them and says which. */
  public static Result find(Graph graph) {
    return new OctaveFinder(graph).find();
  }
}
