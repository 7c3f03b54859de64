package io.github.octconv4j.bench.start;

import io.github.octconv4j.bench.start.StartProgram.Time;
import io.github.octconv4j.cli.Figures;
import io.github.octconv4j.cli.Machine;
import io.github.octconv4j.cli.Table;
import io.github.octconv4j.nn.Model;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * {@code scripts/bench start [ROUNDS]}: starts programs of one octave layer and of an
 * Oct-ResNet-50, here and in ONNX Runtime, as fresh processes in turn, and prints the median time
 * from {@code main} to the first result on one thread. Results are compared.
 */
public final class StartMain {
  private static final int ROUNDS = 9;
  private static final double CLOSE = 1e-4; // of the largest value

  private StartMain() {}

  /** Measures and prints; ends with 1 where results differ, 2 for other arguments. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length > 1 || (args.length == 1 && !args[0].matches("[1-9][0-9]{0,2}"))) {
      System.err.println("bench: start takes a number of rounds from 1 to 999, or nothing");
      System.exit(2);
    }
    int rounds = args.length == 0 ? ROUNDS : Integer.parseInt(args[0]);
    Path folder = Files.createTempDirectory("octconv4j-start");
    boolean agree;
    try {
      PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
      Programs programs = new Programs(folder);
      out.println(Machine.here(1));
      out.println(
          Figures.number(
              "from main to the first result, one thread: medians of %d processes in turn",
              rounds));
      agree = measure("one layer, 3x3, 64 to 32+32, 56x56", programs.layer(), rounds, out);
      Model model = Model.of("oct_resnet50").alpha(0.5);
      agree &= measure("Oct-ResNet-50, alpha .5", programs.network(model), rounds, out);
    } finally {
      delete(folder);
    }
    System.exit(agree ? 0 : 1);
  }

  private static boolean measure(
      String workload, List<StartProgram> programs, int rounds, PrintWriter out)
      throws IOException, InterruptedException {
    for (StartProgram program : programs) {
      program.prepare();
      program.start(); // so that all files are in the page cache
    }
    Time[][] times = new Time[programs.size()][rounds];
    for (int round = 0; round < rounds; round++) {
      for (int p = 0; p < programs.size(); p++) {
        times[p][round] = programs.get(p).start();
      }
    }
    Time[] last = times[programs.size() - 1]; // the fastest way of the other library
    Table table = new Table("lrrrrr").row(workload, "ms", "ratio", "CPU ms", "ratio", "difference");
    boolean agree = true;
    for (int p = 0; p < programs.size(); p++) {
      double wall = median(times[p], Time::millis);
      double cpu = median(times[p], Time::cpuMillis);
      double error = error(programs.get(p).output(), programs.getLast().output());
      agree &= error <= CLOSE;
      table.row(
          programs.get(p).name(),
          Figures.number("%.0f", wall),
          Figures.number("%.2f", wall / median(last, Time::millis)),
          Figures.number("%.0f", cpu),
          Figures.number("%.2f", cpu / median(last, Time::cpuMillis)),
          Figures.number("%.1e", error) + (error <= CLOSE ? "" : " WRONG"));
    }
    out.println();
    table.print(out);
    return agree;
  }

  private static double median(Time[] times, ToDoubleFunction<Time> value) {
    double[] sorted = Stream.of(times).mapToDouble(value).sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  /** The largest difference of two files of floats over the largest value; NaN counts as that. */
  private static double error(Path actual, Path expected) throws IOException {
    float[] a = FirstResult.floats(actual);
    float[] e = FirstResult.floats(expected);
    double largest = 0;
    double error = a.length == e.length && e.length > 0 ? 0 : Double.POSITIVE_INFINITY;
    for (int i = 0; i < Math.min(a.length, e.length); i++) {
      largest = Math.max(largest, Math.abs(e[i]));
      double difference = Math.abs((double) a[i] - e[i]);
      error = Math.max(error, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
    }
    return error / largest;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
