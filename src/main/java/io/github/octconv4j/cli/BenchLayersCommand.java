package io.github.octconv4j.cli;

import io.github.octconv4j.cli.bench.LayerBench;
import io.github.octconv4j.cli.bench.LayerResult;
import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.cli.bench.LayerShapes;
import io.github.octconv4j.dnn.Engine;
import java.io.IOException;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code octconv bench layers}: single layers, octave against dense. */
@Command(
    name = "layers",
    description = {
      "Measure single layers, octave against dense, each with the plan that is fastest for it.",
      "All alphas of a layer and the dense layer run in turn, round after round; what counts is"
          + " each one's median. The multiply-add ratio is theirs over dense ones. A stride of 2"
          + " is a pooling before everything else, for dense too. The dense layer computes in f32 in"
          + " each case.",
      "Without arguments: layers of ResNet-50, embedded."
    })
final class BenchLayersCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private AlphaOptions alphas;

  @Mixin private LayerOptions options;

  @Option(
      names = "--runs",
      paramLabel = "N",
      converter = CountConverter.class,
      description = "Rounds for each layer, instead of at least 60 and half a second.")
  private Optional<Integer> runs;

  @Option(names = "--json", paramLabel = "FILE", description = "Write all figures there.")
  private Optional<Path> json;

  @Option(names = "--plot", paramLabel = "FILE.png", description = "Draw ratios over alpha there.")
  private Optional<Path> plot;

  @Parameters(
      arity = "0..*",
      paramLabel = "FILE|SPEC",
      description =
          "Convolution problems in benchdnn's syntax, for instance"
              + " mb1ic64oc64_ih56oh56kh3ph1, or files of them.")
  private List<String> arguments = List.of();

  @Override
  public Integer call() throws IOException {
    OutputFile jsonFile = json.isPresent() ? OutputFile.of(json.get()) : null;
    OutputFile plotFile = plot.isPresent() ? OutputFile.png(plot.get()) : null;
    List<Double> shares = alphas.shares();
    List<LayerShape> layers = layers();
    for (LayerShape layer : layers) {
      shares.forEach(layer::spec); // what has no octave form is found before anything is run
    }
    Machine machine = Machine.here(options.threads());
    List<LayerResult> results = new ArrayList<>();
    try (Engine engine = Engine.cpu();
        Progress progress = Progress.of("bench layers", layers.size())) {
      LayerBench bench = new LayerBench(engine, options.planOptions(), runs.orElse(0));
      for (LayerShape layer : layers) {
        results.addAll(bench.run(layer, shares));
        if (jsonFile != null) { // after each layer: an interruption loses nothing
          jsonFile.writeJson(new BenchLayersReport(machine, results)::write);
        }
        progress.step(1);
      }
    }
    new BenchLayersReport(machine, results).print(spec.commandLine().getOut());
    if (plotFile != null) {
      String title = "Octave convolution against dense (f32), octave " + options;
      plotFile.write(new RatioPlot(title, machine.toString()).toPng(RatioPlot.ofLayers(results)));
    }
    return 0;
  }

  private List<LayerShape> layers() throws IOException {
    LayerShapes shapes = new LayerShapes();
    for (String argument : arguments) {
      shapes.add(argument);
    }
    if (arguments.isEmpty()) {
      shapes.addEmbedded();
    }
    List<LayerShape> layers = options.sized(shapes.layers());
    if (layers.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "there is no problem in %s, expected at least one", arguments));
    }
    return layers;
  }
}
