package io.github.octconv4j.bench.tuning;

import io.github.octconv4j.cli.Figures;
import io.github.octconv4j.cli.Machine;
import io.github.octconv4j.cli.StandardOutput;
import io.github.octconv4j.cli.Table;
import io.github.octconv4j.cli.bench.NetContender;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.octave.PlanChoices;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.timing.Race;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code scripts/bench tuning}: networks planned with each {@link Tuning}, in turn in one process.
 */
@Command(
    name = "bench tuning",
    mixinStandardHelpOptions = true,
    description = {
      "Measure networks with random weights whose plans are fixed, chosen by the cost model, and"
          + " measured, all in turn, round after round. Each is built three times, for the pages of"
          + " memory that one gets change its time by more than plans do; what counts is the median"
          + " of their medians.",
      "build is the time until a network can run, of the first of the three."
    })
public final class TuningMain implements Callable<Integer> {
  private static final double ALPHA = 0.5;
  private static final String OCTAVE = "oct_";
  private static final List<Tuning> TUNINGS =
      List.of(Tuning.OFF, Tuning.HEURISTIC, Tuning.MEASURED);
  private static final int BUILDS = 3;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "NAME",
      defaultValue = "oct_resnet50 resnet50 oct_resnext50_32x4d oct_mobilenet_v1 oct_mobilenet_v2",
      split = " ",
      description = "Architectures, octave ones with alpha .5; ${DEFAULT-VALUE} by default.")
  private List<String> names;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "F32",
      description = "F32 or BF16, ${DEFAULT-VALUE} by default.")
  private DataType type;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads of a run, ${DEFAULT-VALUE} by default.")
  private int threads;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "25",
      description = "Rounds, ${DEFAULT-VALUE} by default.")
  private int runs;

  /** Runs and ends the JVM. */
  public static void main(String[] arguments) {
    System.exit(StandardOutput.run("bench tuning", out -> run(arguments, out)));
  }

  private static int run(String[] arguments, PrintWriter out) {
    return new CommandLine(new TuningMain())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(out)
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              line.getErr().println("bench tuning: " + e.getMessage());
              return e instanceof IllegalArgumentException ? 2 : 3;
            })
        .execute(arguments);
  }

  @Override
  public Integer call() {
    if (threads < 1 || runs < 1) {
      throw new ParameterException(spec.commandLine(), "--threads and --runs must be at least 1");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.here(threads));
    out.flush();
    Table table = new Table("lrrrrrrrr").row(heads());
    List<Double> byModel = new ArrayList<>();
    for (String name : names) {
      byModel.add(measure(name, table));
    }
    table.print(out);
    out.printf(
        Locale.ROOT,
        "heuristic / measured: geometric mean %.3f, largest %.3f%n",
        Figures.geometricMean(byModel),
        byModel.stream().mapToDouble(ratio -> ratio).max().orElseThrow());
    return 0;
  }

  private static String[] heads() {
    return new String[] {
      "network",
      "off ms",
      "heuristic ms",
      "measured ms",
      "off / measured",
      "heuristic / measured",
      "off build s",
      "heuristic build s",
      "measured build s"
    };
  }

  /** Adds a line and returns the time of the cost model's plan over that of the measured one. */
  private double measure(String name, Table table) {
    Model model = Model.of(name);
    Model network = name.startsWith(OCTAVE) ? model.alpha(ALPHA) : model;
    List<NetContender> contenders = new ArrayList<>();
    try {
      for (int build = 0; build < BUILDS; build++) {
        for (Tuning tuning : TUNINGS) {
          PlanOptions options =
              PlanOptions.DEFAULT
                  .type(type)
                  .threads(threads)
                  .tuning(tuning)
                  .choices(PlanChoices.inMemory());
          contenders.add(new NetContender(network, 1, options, false));
        }
      }
      Race race = Race.of(contenders, runs);
      double[] times = new double[TUNINGS.size()];
      for (int i = 0; i < times.length; i++) {
        double[] builds = new double[BUILDS];
        for (int build = 0; build < BUILDS; build++) {
          builds[build] = race.microseconds(build * times.length + i);
        }
        times[i] = Arrays.stream(builds).sorted().toArray()[BUILDS / 2];
      }
      table.row(
          name,
          milliseconds(times[0]),
          milliseconds(times[1]),
          milliseconds(times[2]),
          Figures.number("%.3f", times[0] / times[2]),
          Figures.number("%.3f", times[1] / times[2]),
          Figures.number("%.1f", contenders.get(0).buildSeconds()),
          Figures.number("%.1f", contenders.get(1).buildSeconds()),
          Figures.number("%.1f", contenders.get(2).buildSeconds()));
      return times[1] / times[2];
    } finally {
      contenders.reversed().forEach(NetContender::close);
    }
  }

  private static String milliseconds(double microseconds) {
    return Figures.number("%.2f", microseconds / 1e3);
  }
}
