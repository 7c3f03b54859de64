package io.github.octconv4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.octconv4j.cli.bench.NetContender;
import io.github.octconv4j.timing.Race;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
          + " median. limit is the share of multiply-adds that octave has."
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
    OutputFile plotFile = plot.isPresent() ? OutputFile.of(plot.get()) : null;
    List<Double> shares = alphas.shares();
    for (double alpha : shares) {
      options.model(alpha).graph(); // what has no octave form is found before anything is run
    }
    Machine machine = Machine.here(options.threads());
    List<NetResult> results = measure(shares);
    print(spec.commandLine().getOut(), machine, results);
    if (jsonFile != null) {
      jsonFile.writeJson(json -> write(json, machine, results));
    }
    if (plotFile != null) {
      String title = results.getFirst().name() + " against dense (f32), octave " + options;
      plotFile.write(
          new RatioPlot(title, machine.toString())
              .toPng(
                  results.stream()
                      .map(r -> new RatioPlot.Point(r.name(), r.alpha(), r.ratio()))
                      .toList()));
    }
    return 0;
  }

  private List<NetResult> measure(List<Double> shares) {
    List<NetContender> contenders = new ArrayList<>();
    try (Progress progress = Progress.of("bench net", shares.size() + 2)) {
      contenders.add(new NetContender(options.model(0), options.batch(), options.denseOptions()));
      progress.step(1);
      for (double alpha : shares) {
        contenders.add(
            new NetContender(options.model(alpha), options.batch(), options.planOptions()));
        progress.step(1);
      }
      Race race = Race.of(contenders, runs.orElse(ROUNDS));
      progress.step(1);
      List<NetResult> results = new ArrayList<>();
      for (int i = 1; i < contenders.size(); i++) {
        results.add(
            NetResult.of(
                contenders.get(i),
                contenders.getFirst(),
                race.microseconds(i),
                race.microseconds(0)));
      }
      return results;
    } finally {
      contenders.forEach(NetContender::close);
    }
  }

  private void print(PrintWriter out, Machine machine, List<NetResult> results) {
    out.printf(
        "%s%n%s, octave %s, dense f32; times are medians of interleaved runs%n%n",
        machine, results.getFirst().name(), options);
    Table table =
        new Table("rrrrrrrrrr")
            .row(
                "alpha",
                "octave ms",
                "dense ms",
                "ratio",
                "limit",
                "octave GFLOP/s",
                "dense GFLOP/s",
                "multiply-adds",
                "ref",
                "planned in s");
    for (NetResult r : results) {
      table.row(
          BenchReport.alpha(r.alpha()),
          BenchReport.number("%.2f", r.octaveMicroseconds() / 1e3),
          BenchReport.number("%.2f", r.denseMicroseconds() / 1e3),
          BenchReport.number("%.3f", r.ratio()),
          BenchReport.number("%.3f", r.limit()),
          BenchReport.number("%.1f", r.octaveGflops()),
          BenchReport.number("%.1f", r.denseGflops()),
          String.format(Locale.ROOT, "%,d", r.octaveMultiplyAdds()),
          Integer.toString(r.references()),
          BenchReport.number("%.1f", r.buildSeconds()));
    }
    table.print(out);
  }

  private void write(JsonGenerator json, Machine machine, List<NetResult> results)
      throws IOException {
    machine.write(json);
    json.writeArrayFieldStart("results");
    for (NetResult r : results) {
      json.writeStartObject();
      json.writeStringField("name", r.name());
      json.writeNumberField("alpha", r.alpha());
      json.writeStringField("dtype", options.arithmetic());
      json.writeNumberField("threads", options.threads());
      json.writeNumberField("batch", options.batch());
      json.writeNumberField("octave_us", r.octaveMicroseconds());
      json.writeNumberField("dense_us", r.denseMicroseconds());
      json.writeNumberField("ratio", r.ratio());
      json.writeNumberField("limit", r.limit());
      json.writeNumberField("octave_gflops", r.octaveGflops());
      json.writeNumberField("dense_gflops", r.denseGflops());
      json.writeNumberField("ref", r.references());
      json.writeNumberField("octave_multiply_adds", r.octaveMultiplyAdds());
      json.writeNumberField("dense_multiply_adds", r.denseMultiplyAdds());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
