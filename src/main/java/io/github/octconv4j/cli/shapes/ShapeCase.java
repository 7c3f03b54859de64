package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.DataType;
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
 * @param quantities scales and zero points of a convolution
 */
public record ShapeCase(
    String place,
    Problem problem,
    Types types,
    List<Algorithm> algorithms,
    boolean bias,
    Quantities quantities) {
  /** Copies the list and checks that scales and zero points are of whole numbers. */
  public ShapeCase {
    algorithms = List.copyOf(algorithms);
    boolean whole = types.weights() == DataType.S8;
    boolean wholeResult =
        types.outputs().stream().allMatch(type -> type == DataType.U8 || type == DataType.S8);
    boolean ofResult =
        quantities.scales().containsKey("dst") || quantities.zeroPoints().containsKey("dst");
    if ((!quantities.isEmpty() && !whole) || (ofResult && !wholeResult)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "scales and zero points must be of bytes, --dt=u8:s8:f32 for src and wei, --dt=u8:s8:u8 for dst, types were %s",
              types));
    }
  }

  /** A case without scales and zero points. */
  public ShapeCase(
      String place, Problem problem, Types types, List<Algorithm> algorithms, boolean bias) {
    this(place, problem, types, algorithms, bias, Quantities.NONE);
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
      case CONV -> new ConvolutionExperiment(problem, types, bias, quantities);
      case POOL -> new PoolingExperiment(problem, types, algorithm);
      case RESAMPLING -> new ResamplingExperiment(problem, types, algorithm);
    };
  }

  /** Returns the place, the problem as it was written and the types. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s: %s [%s%s]", place, problem, types, quantities);
  }
}
