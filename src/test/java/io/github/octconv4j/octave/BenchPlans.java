package io.github.octconv4j.octave;

import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.cli.bench.LayerShapes;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.StepInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The steps of every possible plan of the benchmark layers, one line for each: how many steps of
 * each kind there are, and by which implementation. Prints them as a main class.
 */
final class BenchPlans {
  private static final double[] ALPHAS = {0.125, 0.5};

  private BenchPlans() {}

  public static void main(String[] args) throws IOException {
    lines().forEach(System.out::println);
  }

  /** Where the lines of this instruction set are kept, as a resource. */
  static String resource() {
    return "/plans/" + CpuIsa.name() + ".txt";
  }

  static List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    try (Engine engine = Engine.cpu()) {
      for (LayerShape layer : new LayerShapes().addEmbedded().layers()) {
        for (double alpha : ALPHAS) {
          for (int threads = 1; threads <= 2; threads++) {
            add(engine, layer, alpha, threads, lines);
          }
        }
      }
    }
    return lines;
  }

  private static void add(
      Engine engine, LayerShape layer, double alpha, int threads, List<String> lines) {
    OctaveConv2d spec = layer.spec(alpha);
    PlanOptions options = PlanOptions.DEFAULT.threads(threads);
    OctaveWeights weights =
        OctaveWeights.split(
            spec,
            new float
                [spec.out().total()
                    * (spec.in().total() / spec.groups())
                    * layer.kernelHeight()
                    * layer.kernelWidth()],
            null);
    OctaveShape shape = layer.size();
    OctaveDesc input = OctaveDesc.any(spec.in(), shape);
    for (Formulation formulation : Candidates.all(spec, shape, options)) {
      try (OctavePlan plan =
          OctavePlan.build(
              engine, spec, weights, input, OutputFormat.ANY, options, formulation)) {
        lines.add(
            "%s %s %d | %s | %s"
                .formatted(
                    layer.name(), alpha, threads, formulation, steps(plan.program().steps())));
      }
    }
  }

  /** For instance {@code 2 convolution brgconv:avx512_core, 1 pooling jit:avx512_core}. */
  private static String steps(List<StepInfo> steps) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    steps.forEach(
        step -> counts.merge(step.kind() + " " + step.implementation(), 1, Integer::sum));
    List<String> words = new ArrayList<>();
    counts.forEach((step, count) -> words.add(count + " " + step));
    return String.join(", ", words);
  }
}
