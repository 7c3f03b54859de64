package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Algorithm;
import java.util.List;
import java.util.Locale;

/**
 * A problem and how to run it.
 *
 * @param place file and line that it comes from
 * @param problem what to compute
 * @param types of the tensors
 * @param algorithms it is run with each
 * @param bias whether a convolution has one
 */
public record ShapeCase(
    String place, Problem problem, Types types, List<Algorithm> algorithms, boolean bias) {
  /** Copies the list. */
  public ShapeCase {
    algorithms = List.copyOf(algorithms);
  }

  /** What is run: an experiment for each algorithm. */
  List<Experiment> experiments() {
    return algorithms.stream()
        // The mean of no inputs at all is not defined, and oneDNN refuses it.
        .filter(a -> a != Algorithm.POOLING_AVG_EXCLUDE_PADDING || problem.windowsMeetInput())
        .map(this::experiment)
        .toList();
  }

  private Experiment experiment(Algorithm algorithm) {
    return switch (problem.driver()) {
      case CONV -> new ConvolutionExperiment(problem, types, bias);
      case POOL -> new PoolingExperiment(problem, types, algorithm);
      case RESAMPLING -> new ResamplingExperiment(problem, types, algorithm);
    };
  }

  /** Returns the place, the problem as it was written and the types. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s: %s [%s]", place, problem, types);
  }
}
