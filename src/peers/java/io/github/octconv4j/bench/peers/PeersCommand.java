package io.github.octconv4j.bench.peers;

import io.github.octconv4j.bench.report.PeerResult;
import io.github.octconv4j.cli.Figures;
import io.github.octconv4j.cli.OutputException;
import io.github.octconv4j.cli.StandardOutput;
import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.cli.bench.LayerShapes;
import io.github.octconv4j.timing.Race;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code scripts/bench peers}: layers in this library and in others, alternating in one process.
 */
@Command(
    name = "bench peers",
    mixinStandardHelpOptions = true,
    subcommands = {PeersNetCommand.class, PeersOnnxCommand.class},
    description = {
      "Measure the benchmark layers in octconv4j, ONNX Runtime, PyTorch (DJL) and JavaCPP's dnnl, all"
          + " on the same data, in turn, round after round; what counts is each one's median.",
      "Results are merged into FOLDER/peers.json after each layer: a run may do a part, and one that"
          + " is interrupted leaves what it measured."
    })
final class PeersCommand implements Callable<Integer> {
  private static final String LAYERS = "/io/github/octconv4j/cli/bench_layers.txt";
  private static final int QUICK_ROUNDS = 15;

  @Spec private CommandSpec spec;

  @Mixin private PeersOptions options;

  @Option(
      names = "--layers",
      split = ",",
      paramLabel = "N",
      description = "Numbers of layers in bench_layers.txt, from 1; all by default.")
  private List<Integer> numbers = List.of();

  /**
   * Runs and ends the JVM: 0 done, 1 outputs disagree, 2 bad usage, 3 something is missing. {@link
   * PeersMain} starts it.
   */
  public static void main(String[] arguments) {
    System.exit(StandardOutput.run("bench peers", out -> run(arguments, out)));
  }

  private static int run(String[] arguments, PrintWriter out) {
    return new CommandLine(new PeersCommand())
        .setOut(out)
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              line.getErr().println("bench peers: " + e.getMessage());
              return e instanceof OutputException
                  ? 4
                  : e instanceof IllegalArgumentException ? 2 : 3;
            })
        .execute(arguments);
  }

  @Override
  public Integer call() throws IOException {
    List<LayerShape> layers = layers();
    PeersFile<PeerResult> file =
        new PeersFile<>(options.file("peers.json"), PeerResult.class, PeerResult::isSameAs);
    PrintWriter out = spec.commandLine().getOut();
    Bf16Column.sayIfImpossible(out);
    boolean agree = true;
    int done = 0;
    int all = layers.size() * options.alphas().size() * options.threads().size();
    for (LayerShape layer : layers) {
      for (double alpha : options.alphas()) {
        Workload workload = new LayerWorkload(layer, alpha);
        for (int count : options.threads()) {
          List<PeerResult> results = measure(workload, count);
          file.add(results);
          out.printf(Locale.ROOT, "[%d of %d] ", ++done, all);
          agree &= print(out, results);
        }
      }
    }
    PeersTable.print(out, file.results());
    return agree ? 0 : 1;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private List<LayerShape> layers() throws IOException {
    List<LayerShape> all;
    try (InputStream in = PeersCommand.class.getResourceAsStream(LAYERS)) {
      if (in == null) {
        throw new IOException(LAYERS + " is missing on the class path");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      all = new LayerShapes().addLines("bench_layers.txt", text).layers();
    }
    if (numbers.isEmpty()) {
      return all;
    }
    if (numbers.stream().anyMatch(n -> n < 1 || n > all.size())) {
      throw usage(
          String.format(
              Locale.ROOT, "--layers must be between 1 and %d, was %s", all.size(), numbers));
    }
    return numbers.stream().map(n -> all.get(n - 1)).toList();
  }

  /** All libraries in turn; each first shows that it computes the right thing. */
  private List<PeerResult> measure(Workload workload, int count) {
    List<Contender> contenders = workload.contenders(count);
    try {
      double[] errors = new double[contenders.size()];
      for (int i = 0; i < errors.length; i++) {
        contenders.get(i).run();
        errors[i] = Agreement.largestError(contenders.get(i).outputs(), workload.expected());
      }
      Race times = Turn.race(contenders, count, options.quick() ? QUICK_ROUNDS : 0);
      List<PeerResult> results = new ArrayList<>();
      for (int i = 0; i < errors.length; i++) {
        Contender contender = contenders.get(i);
        results.add(
            new PeerResult(
                workload.name(),
                workload.alpha(),
                count,
                contender.dtype(),
                contender.library(),
                contender.version(),
                times.microseconds(i),
                times.spread(i),
                errors[i]));
      }
      return results;
    } finally {
      contenders.reversed().forEach(Contender::close);
    }
  }

  /** Prints a line; returns whether all outputs agree. */
  private static boolean print(PrintWriter out, List<PeerResult> results) {
    PeerResult first = results.getFirst();
    out.printf(
        Locale.ROOT,
        "%s, alpha %s, %s:",
        first.layer(),
        first.alpha(),
        Figures.threads(first.threads()));
    boolean agree = true;
    for (PeerResult result : results) {
      out.printf(Locale.ROOT, "  %s %s %.0f us", result.library(), result.dtype(), result.us());
      if (!result.isRight()) {
        out.printf(Locale.ROOT, " WRONG by %.1e", result.agrees());
        agree = false;
      }
    }
    out.println();
    out.flush();
    return agree;
  }
}
