package io.github.octconv4j.octave;

import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.cli.bench.LayerShapes;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.octave.plan.Candidates;
import io.github.octconv4j.octave.plan.CompiledLayer;
import io.github.octconv4j.octave.plan.Formulation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What all possible plans of the benchmark layers are made of, one line for each layer, alpha and
 * number of threads: how many plans and steps there are, and how many steps of each kind by which
 * implementation. Prints the lines as a main class.
 */
final class BenchPlans {
  private BenchPlans() {}

  /** Prints what would be kept for this instruction set. */
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
        lines.add(line(engine, layer, 0.125, 1));
        lines.add(line(engine, layer, 0.5, 1));
        lines.add(line(engine, layer, 0.5, 2));
      }
    }
    return lines;
  }

  private static String line(Engine engine, LayerShape layer, double alpha, int threads) {
    OctaveConv2d spec = layer.spec(alpha);
    PlanOptions options = PlanOptions.DEFAULT.tuning(Tuning.MEASURED).threads(threads);
    int values =
        spec.out().total()
            * (spec.in().total() / layer.groups())
            * layer.kernelHeight()
            * layer.kernelWidth();
    OctaveWeights weights = OctaveWeights.split(spec, new float[values], null);
    OctaveShape shape = layer.size();
    OctaveDesc input = OctaveDesc.any(spec.in(), shape);
    int plans = 0;
    int steps = 0;
    Map<String, Integer> counts = new TreeMap<>();
    for (Formulation formulation : Candidates.all(spec, shape, options)) {
      try (CompiledLayer plan =
          Plans.compiled(engine, spec, weights, input, OutputFormat.ANY, options, formulation)) {
        plans++;
        for (StepInfo step : plan.program().steps()) {
          steps++;
          counts.merge(step.kind() + " " + step.implementation(), 1, Integer::sum);
        }
      }
    }
    List<String> words = new ArrayList<>();
    counts.forEach((step, count) -> words.add(count + " " + step));
    return String.format(
        Locale.ROOT,
        "%s %s %d | %d plans, %d steps | %s",
        layer.name(),
        alpha,
        threads,
        plans,
        steps,
        String.join(", ", words));
  }
}
