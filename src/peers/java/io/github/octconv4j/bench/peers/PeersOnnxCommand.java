package io.github.octconv4j.bench.peers;

import io.github.octconv4j.cli.Figures;
import io.github.octconv4j.cli.GraphSizes;
import io.github.octconv4j.cli.Machine;
import io.github.octconv4j.cli.Table;
import io.github.octconv4j.timing.Race;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code scripts/bench peers onnx}: ONNX files in this library and in ONNX Runtime. */
@Command(
    name = "onnx",
    mixinStandardHelpOptions = true,
    description = {
      "Measure ONNX files here and in ONNX Runtime, in turn, round after round; what counts is"
          + " each one's median. Inputs are random and the same, outputs are compared: they must agree"
          + " within 1e-4 of the largest value, those of quantised files within a twentieth.",
      "Also, each in a process of its own: milliseconds from the file to the first result, and the"
          + " peak of resident memory."
    })
final class PeersOnnxCommand implements Callable<Integer> {
  private static final double CLOSE = 1e-4; // of the largest value
  private static final double CLOSE_QUANTISED = 0.05; // some steps of one of 256
  private static final double LEAST = 1e-2; // that the largest value counts as

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "ONNX files, or architectures, which are saved with random weights first: oct_resnet50 at"
              + " an alpha of .5, oct_resnet50@.25 at that one.")
  private List<String> files;

  @Mixin private GraphSizes sizes;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,2",
      description = "Threads of each library; ${DEFAULT-VALUE} by default.")
  private List<Integer> threads;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1",
      description = "Images of a run where a file leaves it open; ${DEFAULT-VALUE} by default.")
  private int batch;

  @Option(
      names = "--size",
      paramLabel = "N",
      defaultValue = "224",
      description = "Height and width where a file leaves them open; ${DEFAULT-VALUE} by default.")
  private int size;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "0",
      description = "Rounds; by default as many as give a steady median.")
  private int runs;

  /** A file on some threads. */
  private record Result(
      Path file,
      int threads,
      double ours,
      double others,
      double error,
      double close,
      PeersStart.Measured start,
      PeersStart.Measured othersStart) {
    boolean agrees() {
      return error <= close;
    }

    double ratio() {
      return ours / others;
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (threads.stream().anyMatch(count -> count < 1)) {
      throw new ParameterException(
          spec.commandLine(), "--threads must be at least 1, was " + threads);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.here(threads.getFirst()));
    List<Result> results = new ArrayList<>();
    for (String text : files) {
      Path file = file(text);
      OnnxFile read = OnnxFile.of(file, graph -> sizes.of(graph, batch, size));
      double close = OnnxFile.isQuantised(file) ? CLOSE_QUANTISED : CLOSE;
      for (int count : threads) {
        Result result = measure(read, close, count);
        results.add(result);
        out.printf(
            Locale.ROOT,
            "%s, %s: %.2f ms, ONNX Runtime %.2f ms, ratio %.2f%n",
            name(file),
            Figures.threads(count),
            result.ours() / 1e3,
            result.others() / 1e3,
            result.ratio());
        out.flush();
      }
    }
    out.println();
    print(out, results);
    return results.stream().allMatch(Result::agrees) ? 0 : 1;
  }

  private Path file(String text) throws IOException {
    try {
      return SavedModel.of(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), text + " is neither a file nor an architecture: " + e.getMessage());
    }
  }

  private Result measure(OnnxFile file, double close, int count)
      throws IOException, InterruptedException {
    try (GraphContender ours = new GraphContender(file, count);
        Contender others =
            new OnnxRuntimeContender(file.path(), file.inputs(), ours.outputDims(), count)) {
      PeersStart.Measured start = PeersStart.measure(true, file, ours.outputDims(), count);
      PeersStart.Measured othersStart = PeersStart.measure(false, file, ours.outputDims(), count);
      ours.run();
      others.run();
      double error = Agreement.largestError(ours.outputs(), others.outputs(), LEAST);
      Race race = Turn.race(List.of(ours, others), count, runs);
      return new Result(
          file.path(),
          count,
          race.microseconds(0),
          race.microseconds(1),
          error,
          close,
          start,
          othersStart);
    }
  }

  /** The folder of a test in ONNX's layout, or the file's own name. */
  private static String name(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return String.valueOf(
        file.endsWith("model.onnx") && folder != null ? folder.getFileName() : file.getFileName());
  }

  private void print(PrintWriter out, List<Result> results) {
    Table table =
        new Table("lrrrrrrrrr")
            .row(
                "network",
                "threads",
                "ms",
                "ORT ms",
                "ratio",
                "start ms",
                "ORT",
                "peak MB",
                "ORT",
                "difference");
    for (Result result : results) {
      table.row(
          name(result.file()),
          Integer.toString(result.threads()),
          Figures.number("%.2f", result.ours() / 1e3),
          Figures.number("%.2f", result.others() / 1e3),
          Figures.number("%.2f", result.ratio()),
          Figures.number("%.0f", result.start().millis()),
          Figures.number("%.0f", result.othersStart().millis()),
          Figures.number("%.0f", result.start().kilobytes() / 1e3),
          Figures.number("%.0f", result.othersStart().kilobytes() / 1e3),
          Figures.number("%.1e", result.error()) + (result.agrees() ? "" : " WRONG"));
    }
    table.print(out);
    for (int count : threads) {
      List<Double> ratios =
          results.stream().filter(result -> result.threads() == count).map(Result::ratio).toList();
      out.printf(
          Locale.ROOT,
          "%s: geometric mean of the ratios %.3f%n",
          Figures.threads(count),
          Figures.geometricMean(ratios));
    }
  }
}
