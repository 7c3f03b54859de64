package io.github.octconv4j.cli;

import io.github.octconv4j.cli.bench.NetContender;
import io.github.octconv4j.cli.bench.NetResult;
import io.github.octconv4j.nn.Advice;
import io.github.octconv4j.nn.OctaveAdvisor;
import io.github.octconv4j.octave.PlanOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code octconv explain net}: how a whole network is run. */
@Command(
    name = "net",
    description = {
      "Show how a whole network with random weights is run: the layers with their plans and times,"
          + " the memory of weights and activations beside that of the dense network, and which"
          + " alphas pay. All are of the same type, the dense network too. Planning and measuring"
          + " takes about ten seconds for each alpha of a ResNet-50.",
      "With --dtype int8, calibrated on random values: the steps with their times, and what runs in"
          + " Java.",
      "Of an ONNX file: the octave convolutions that were recognised in it and what looks like one"
          + " and is none, the steps with their times, and what runs in Java."
    })
final class ExplainNetCommand implements Callable<Integer> {
  private static final int ROUNDS = 15;
  private static final List<String> OF_ARCHITECTURES =
      List.of("--alpha", "--compare", "--width", "--keep-low");

  @Spec private CommandSpec spec;

  @Mixin private NetOptions options;

  @Mixin private AdviceOptions others;

  @Mixin private GraphSizes sizes;

  @Option(
      names = "--alpha",
      paramLabel = "A",
      defaultValue = ".5",
      converter = AlphaConverter.class,
      description = "Share of low channels; .5 by default.")
  private double alpha;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Optional<Path> file = options.file();
    if (file.isPresent()) {
      explain(file.get());
    } else {
      explain();
    }
    return 0;
  }

  private void explain(Path file) throws IOException {
    for (String option : OF_ARCHITECTURES) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new ParameterException(
            spec.commandLine(),
            option + " can't be used with FILE.onnx, which says what it computes");
      }
    }
    ExplainGraphReport report;
    try {
      report =
          new ExplainGraph(options.planOptionsOfGraphs(), options.runOfGraphs(), options.isInt8())
              .explain(file, sizes, options.batch(), options.size());
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
    print(report::print, report::write);
  }

  /** In whole numbers a network is a graph of operations, which are explained as a file's are. */
  private void explainInt8() throws IOException {
    if (others.areGiven()) {
      throw new ParameterException(
          spec.commandLine(), "--compare can't be used with --dtype int8; bench net compares");
    }
    ExplainGraphReport report =
        new ExplainGraph(options.planOptionsOfGraphs(), options.runOfGraphs(), true)
            .explain(options.model(alpha), options.batch());
    print(report::print, report::write);
  }

  private void print(Consumer<PrintWriter> text, Json.Content content) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Json.print(out, content);
    } else {
      text.accept(out);
    }
  }

  private void explain() throws IOException {
    if (sizes.areGiven()) {
      throw new ParameterException(spec.commandLine(), "--input belongs to FILE.onnx");
    }
    if (options.isInt8()) {
      explainInt8();
      return;
    }
    options.model(alpha).graph(); // what has no octave form is found before anything is run
    List<Double> alphas = others.and(alpha, share -> options.model(share).graph());
    PlanOptions planOptions = options.planOptions();
    // What it chooses is kept in the options and so the plan that is shown.
    Advice advice;
    try (Progress progress = Progress.of("planning and measuring", alphas.size() + 1)) {
      advice = new OctaveAdvisor(planOptions, alphas).advise(options.model(0), options.batch());
      progress.step(alphas.size() + 1);
    }
    try (NetContender dense =
            new NetContender(options.model(0), options.batch(), planOptions, false);
        NetContender octave =
            new NetContender(options.model(alpha), options.batch(), planOptions, false)) {
      ExplainNetReport report =
          new ExplainNetReport(
              Machine.here(options.threads()),
              options.toString(),
              NetResult.of(
                  octave,
                  dense,
                  AdviceTable.trial(advice, alpha).microseconds(),
                  advice.dense().microseconds()),
              advice,
              octave.parameters(),
              ExplainNetReport.Side.of(octave),
              ExplainNetReport.Side.of(dense),
              octave.predictor().profile(ROUNDS));
      print(report::print, report::write);
    }
  }
}
