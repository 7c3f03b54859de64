package io.github.octconv4j.cli;

import io.github.octconv4j.cli.bench.NetBench;
import io.github.octconv4j.cli.bench.NetResult;
import io.github.octconv4j.nn.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code octconv bench net}: a whole network, octave against dense. */
@Command(
    name = "net",
    description = {
      "Measure a whole network with random weights, octave against dense.",
      "All alphas and the dense network run in turn, round after round; what counts is each one's"
          + " median. The multiply-add ratio is theirs over dense ones. The dense network computes"
          + " in f32 in each case."
    })
final class BenchNetCommand implements Callable<Integer> {
  private static final int ROUNDS = 25;

  @Spec private CommandSpec spec;

  @Mixin private NetOptions options;

  @Mixin private AlphaOptions alphas;

  @Option(
      names = "--runs",
      paramLabel = "N",
      converter = CountConverter.class,
      description = "Rounds, 25 by default.")
  private Optional<Integer> runs;

  @Option(names = "--json", paramLabel = "FILE", description = "Write all figures there.")
  private Optional<Path> json;

  @Option(names = "--plot", paramLabel = "FILE.png", description = "Draw ratios over alpha there.")
  private Optional<Path> plot;

  @Override
  public Integer call() throws IOException {
    OutputFile jsonFile = json.isPresent() ? OutputFile.of(json.get()) : null;
    OutputFile plotFile = plot.isPresent() ? OutputFile.png(plot.get()) : null;
    List<Model> octaves = alphas.shares().stream().map(options::model).toList();
    octaves.forEach(Model::graph); // what has no octave form is found before anything is run
    BenchNetReport report =
        new BenchNetReport(
            Machine.here(options.threads()),
            options.arithmetic(),
            options.threads(),
            options.batch(),
            measure(octaves));
    report.print(spec.commandLine().getOut());
    if (jsonFile != null) {
      jsonFile.writeJson(report::write);
    }
    if (plotFile != null) {
      plotFile.write(report.toPng());
    }
    return 0;
  }

  private List<NetResult> measure(List<Model> octaves) {
    NetBench bench =
        new NetBench(options.planOptions(), options.isInt8(), options.batch(), runs.orElse(ROUNDS));
    try (Progress progress = Progress.of("bench net", octaves.size() + 2)) {
      return bench.run(options.model(0), octaves, () -> progress.step(1));
    }
  }
}
