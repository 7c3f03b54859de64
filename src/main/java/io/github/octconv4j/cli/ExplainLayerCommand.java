package io.github.octconv4j.cli;

import io.github.octconv4j.cli.bench.LayerContender;
import io.github.octconv4j.cli.bench.LayerResult;
import io.github.octconv4j.cli.bench.LayerResult.Side;
import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.cli.bench.LayerShapes;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.nn.Advice;
import io.github.octconv4j.nn.OctaveAdvisor;
import io.github.octconv4j.octave.PlanOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code octconv explain layer}: how a single layer is run, and why. */
@Command(
    name = "layer",
    description = {
      "Show how an octave layer is run: the primitives of its plan with their times, the plans"
          + " that were rejected, and whether this alpha pays here.",
      "The dense layer and all alphas are measured in turn in the same run, in the same type, each"
          + " with the plan that is fastest for it. A stride of 2 is a pooling before everything"
          + " else, for dense too."
    })
final class ExplainLayerCommand implements Callable<Integer> {
  private static final double PROFILE_US = 300_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--alpha",
      paramLabel = "A",
      defaultValue = ".5",
      converter = AlphaConverter.class,
      description = "Share of low channels, of input and output; .5 by default.")
  private double alpha;

  @Mixin private LayerOptions options;

  @Mixin private AdviceOptions others;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(
      names = "--export",
      paramLabel = "FILE",
      description = {
        "Write the octave layer's plan with weights, data and results there, for the C program in"
            + " native/."
      })
  private Optional<Path> export;

  @Parameters(
      paramLabel = "SPEC",
      description =
          "The dense layer, a convolution problem in benchdnn's syntax, for instance"
              + " mb1ic64oc64_ih56oh56kh3ph1.")
  private String problem;

  @Override
  public Integer call() throws IOException {
    OutputFile exportFile = export.isPresent() ? OutputFile.of(export.get()) : null;
    List<LayerShape> layers = options.sized(new LayerShapes().addProblem(problem).layers());
    if (layers.size() != 1) {
      throw new IllegalArgumentException(problem + ": expected one problem");
    }
    LayerShape layer = layers.getFirst();
    layer.spec(alpha); // what has no octave form is found before anything is run
    List<Double> alphas = others.and(alpha, layer::spec);
    ExplainLayerReport report = measure(layer, alphas, options.planOptions(), exportFile);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Json.print(out, report::write);
    } else {
      report.print(out);
    }
    return 0;
  }

  private ExplainLayerReport measure(
      LayerShape layer, List<Double> alphas, PlanOptions planOptions, OutputFile exportFile)
      throws IOException {
    try (Engine engine = Engine.cpu();
        LayerContender octave = LayerContender.explained(engine, layer, alpha, planOptions);
        LayerContender dense = LayerContender.of(engine, layer, 0, planOptions)) {
      if (exportFile != null) {
        exportFile.write(octave::export);
      }
      Advice advice =
          new OctaveAdvisor(planOptions, alphas).advise(layer.spec(alpha), layer.size());
      LayerResult result =
          new LayerResult(
              layer,
              alpha,
              planOptions,
              advice.rounds(),
              Side.of(
                  octave,
                  alpha,
                  layer,
                  AdviceTable.trial(advice, alpha).microseconds(),
                  Double.NaN),
              Side.of(dense, 0, layer, advice.dense().microseconds(), Double.NaN));
      int runs = (int) Math.clamp(PROFILE_US / result.octave().microseconds(), 5, 300);
      return ExplainLayerReport.of(
          Machine.here(options.threads()),
          result,
          advice,
          octave.plan().steps(),
          octave.profile(runs),
          octave.considered());
    }
  }
}
