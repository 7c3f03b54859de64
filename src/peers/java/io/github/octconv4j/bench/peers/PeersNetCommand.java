package io.github.octconv4j.bench.peers;

import io.github.octconv4j.bench.report.PeerNetworkResult;
import io.github.octconv4j.bench.report.PeerNetworkTable;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.timing.Race;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code scripts/bench peers net}: a whole network in this library and in ONNX Runtime. */
@Command(
    name = "net",
    mixinStandardHelpOptions = true,
    description = {
      "Measure a network with random weights at all alphas, in F32 and BF16, and in ONNX Runtime,"
          + " all in turn, round after round; what counts is each one's median.",
      "Also from the files of weights to the first result, without tuning, in a warm JVM.",
      "Results are merged into FOLDER/peers-net.json."
    })
final class PeersNetCommand implements Callable<Integer> {
  private static final int ROUNDS = 20;
  private static final int QUICK_ROUNDS = 8;
  private static final int STARTS = 5;
  private static final int WARM_UP_STARTS = 2;

  @Spec private CommandSpec spec;

  @Mixin private PeersOptions options;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      defaultValue = "oct_resnet50",
      description = "An architecture without squeeze and excitation; ${DEFAULT-VALUE} by default.")
  private String name;

  @Option(
      names = "--size",
      paramLabel = "N",
      defaultValue = "224",
      description = "Height and width of the image, ${DEFAULT-VALUE} by default.")
  private int size;

  @Option(
      names = "--dtype",
      split = ",",
      paramLabel = "TYPE",
      defaultValue = "f32,bf16",
      description =
          "Types of this library, f32 or bf16; ONNX Runtime always has f32. ${DEFAULT-VALUE} by"
              + " default.")
  private List<String> types;

  @Override
  public Integer call() throws IOException {
    PeersFile<PeerNetworkResult> file =
        new PeersFile<>(
            options.file("peers-net.json"), PeerNetworkResult.class, PeerNetworkResult::isSameAs);
    PrintWriter out = spec.commandLine().getOut();
    List<DataType> ours = types();
    if (ours.contains(DataType.BF16)) {
      Bf16Column.sayIfImpossible(out);
    }
    Path models = Files.createTempDirectory("octconv4j-peers-net");
    try {
      List<NetworkWorkload> workloads = new ArrayList<>();
      for (double alpha : options.alphas()) {
        Model model = Model.of(name).alpha(alpha).imageSize(size);
        workloads.add(new NetworkWorkload(model, models, ours));
      }
      boolean agree = true;
      for (int count : options.threads()) {
        say(out, "%d thread%s: from files to the first result", count, count == 1 ? "" : "s");
        List<double[]> starts = new ArrayList<>();
        for (NetworkWorkload workload : workloads) {
          starts.add(starts(workload, count));
        }
        say(out, "%d thread%s: planning and running", count, count == 1 ? "" : "s");
        List<PeerNetworkResult> results = measure(workloads, starts, count);
        file.add(results);
        agree &= results.stream().allMatch(PeerNetworkResult::isRight);
      }
      out.println();
      out.print(PeerNetworkTable.text(file.results()));
      out.flush();
      return agree ? 0 : 1;
    } finally {
      delete(models);
    }
  }

  private List<DataType> types() {
    List<DataType> known = List.of(DataType.F32, DataType.BF16);
    return types.stream()
        .map(
            text ->
                known.stream()
                    .filter(type -> type.name().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new ParameterException(
                                spec.commandLine(), "--dtype must be f32 or bf16, was " + text)))
        .distinct()
        .toList();
  }

  private static void say(PrintWriter out, String format, Object... arguments) {
    out.printf(Locale.ROOT, format + " ...%n", arguments);
    out.flush();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** The median milliseconds from files to the first result, the libraries in turn. */
  private static double[] starts(NetworkWorkload workload, int threads) {
    List<Supplier<Contender>> starts = workload.starts(threads, Tuning.OFF);
    double[][] times = new double[starts.size()][STARTS];
    for (int round = -WARM_UP_STARTS; round < STARTS; round++) {
      for (int i = 0; i < times.length; i++) {
        long before = System.nanoTime();
        try (Contender contender = starts.get(i).get()) {
          contender.run();
          if (round >= 0) {
            times[i][round] = (System.nanoTime() - before) / 1e6;
          }
        }
      }
    }
    return Arrays.stream(times)
        .mapToDouble(t -> Arrays.stream(t).sorted().toArray()[STARTS / 2])
        .toArray();
  }

  /** All libraries with all alphas in turn; each first shows that it computes the right thing. */
  private List<PeerNetworkResult> measure(
      List<NetworkWorkload> workloads, List<double[]> starts, int threads) {
    List<Contender> all = new ArrayList<>();
    try {
      List<List<Contender>> contenders = new ArrayList<>();
      for (NetworkWorkload workload : workloads) {
        contenders.add(workload.contenders(threads));
        all.addAll(contenders.getLast());
      }
      Race times = Turn.race(all, threads, options.quick() ? QUICK_ROUNDS : ROUNDS);
      List<PeerNetworkResult> results = new ArrayList<>();
      for (int w = 0; w < workloads.size(); w++) {
        NetworkWorkload workload = workloads.get(w);
        for (int i = 0; i < contenders.get(w).size(); i++) {
          Contender contender = contenders.get(w).get(i);
          int at = results.size();
          results.add(
              new PeerNetworkResult(
                  workload.name(),
                  workload.alpha(),
                  threads,
                  contender.dtype(),
                  contender.library(),
                  contender.version(),
                  times.microseconds(at) / 1e3,
                  times.spread(at),
                  starts.get(w)[i],
                  Agreement.largestError(contender.outputs(), workload.expected())));
        }
      }
      return results;
    } finally {
      all.reversed().forEach(Contender::close);
    }
  }
}
