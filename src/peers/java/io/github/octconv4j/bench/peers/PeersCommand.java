package io.github.octconv4j.bench.peers;

import io.github.octconv4j.bench.report.PeerResult;
import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.cli.bench.LayerShapes;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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
    subcommands = PeersNetCommand.class,
    description = {
      "Measure the benchmark layers in octconv4j, ONNX Runtime, PyTorch (DJL) and JavaCPP's dnnl, all"
          + " on the same data, in turn, round after round; what counts is each one's median.",
      "Results are merged into FOLDER/peers.json after each layer: a run may do a part, and one that"
          + " is interrupted leaves what it measured."
    })
final class PeersCommand implements Callable<Integer> {
  private static final String LAYERS = "/io/github/octconv4j/cli/bench_layers.txt";
  private static final long NANOS = 600_000_000L;
  private static final int ROUNDS = 40;
  private static final int QUICK_ROUNDS = 15;

  @Spec private CommandSpec spec;

  @Option(
      names = "--alpha",
      split = ",",
      paramLabel = "A",
      defaultValue = "0,.125,.25,.5,.75",
      description = "Shares of low channels; ${DEFAULT-VALUE} by default.")
  private List<Double> alphas;

  @Option(
      names = "--layers",
      split = ",",
      paramLabel = "N",
      description = "Numbers of layers in bench_layers.txt, from 1; all by default.")
  private List<Integer> numbers = List.of();

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,2",
      description = "Threads of each library; ${DEFAULT-VALUE} by default.")
  private List<Integer> threads;

  @Option(names = "--quick", description = "Alpha 0 and .5 on one thread, with few rounds.")
  private boolean quick;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      defaultValue = "target/bench",
      description = "Where peers.json is; ${DEFAULT-VALUE} by default.")
  private Path folder;

  /**
   * Runs and ends the JVM: 0 done, 1 outputs disagree, 2 bad usage, 3 something is missing. {@link
   * PeersMain} starts it.
   */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new PeersCommand())
            .setExecutionExceptionHandler(
                (e, line, parsed) -> {
                  line.getErr().println("bench peers: " + e.getMessage());
                  return e instanceof IllegalArgumentException ? 2 : 3;
                })
            .execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    List<LayerShape> layers = layers();
    List<Double> shares = quick ? List.of(0.0, 0.5) : alphas;
    List<Integer> counts = quick ? List.of(1) : threads;
    if (counts.stream().anyMatch(count -> count < 1)) {
      throw usage("--threads must be at least 1, was " + counts);
    }
    PeersFile<PeerResult> file =
        new PeersFile<>(folder.resolve("peers.json"), PeerResult.class, PeerResult::isSameAs);
    PrintWriter out = spec.commandLine().getOut();
    boolean agree = true;
    int done = 0;
    int all = layers.size() * shares.size() * counts.size();
    for (LayerShape layer : layers) {
      for (double alpha : shares) {
        Workload workload = new LayerWorkload(layer, alpha);
        for (int count : counts) {
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
      throw usage("--layers must be between 1 and %d, was %s".formatted(all.size(), numbers));
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
      Alternation times =
          Alternation.of(contenders, count, quick ? QUICK_ROUNDS : ROUNDS, quick ? 0 : NANOS);
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
                times.median(i),
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
        "%s, alpha %s, %d thread%s:",
        first.layer(),
        first.alpha(),
        first.threads(),
        first.threads() == 1 ? "" : "s");
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
