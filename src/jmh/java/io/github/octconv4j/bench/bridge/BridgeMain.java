package io.github.octconv4j.bench.bridge;

import io.github.octconv4j.bench.Interruption;
import io.github.octconv4j.bench.Measured;
import io.github.octconv4j.cli.Figures;
import io.github.octconv4j.cli.StandardOutput;
import io.github.octconv4j.cli.Table;
import io.github.octconv4j.cli.bench.LayerContender;
import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.cli.bench.LayerShapes;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.octave.PlanChoices;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * {@code scripts/bench bridge [--quick] FOLDER}: the same primitives run from Java and from C, in
 * turn. Both are started anew several times, and C takes addresses like those of Java: how data
 * fall into caches changes times by more than the bridge does. Medians of all starts count.
 */
public final class BridgeMain {
  private static final List<Double> ALPHAS = List.of(0.0, 0.125, 0.25, 0.5, 0.75);
  private static final String[] TINY = {
    "mb1ic16oc16_ih4oh4kh1ph0n\"tiny:1x1\"", "mb1ic16oc16_ih8oh8kh3ph1n\"tiny:3x3\""
  };
  private static final double TINY_MICROSECONDS = 10;
  private static final int WARM_UP_RUNS = 30_000;
  private static final int ROUNDS = 5; // of one side before it is the other's turn
  private static final double LEAST_NANOS = 100_000; // of what is timed together

  private final Path program;
  private final Path plan;
  private final boolean quick;
  private final PlanOptions options =
      PlanOptions.DEFAULT.tuning(Tuning.MEASURED).choices(PlanChoices.inMemory());

  /**
   * What was measured of a plan.
   *
   * @param primitives of a run
   * @param java microseconds
   * @param c microseconds
   * @param ratio of both
   * @param nanos that Java takes more for each primitive
   * @param ratioSpread distance of the largest and the smallest ratio of several starts
   */
  private record Sides(
      int primitives, double java, double c, double ratio, double nanos, double ratioSpread) {
    static Sides of(int primitives, double java, double c) {
      return new Sides(primitives, java, c, java / c, 1e3 * (java - c) / primitives, 0);
    }

    /** Ratios and differences are those of the same start. */
    static Sides median(List<Sides> all) {
      DoubleSummaryStatistics ratios = all.stream().mapToDouble(Sides::ratio).summaryStatistics();
      return new Sides(
          all.getFirst().primitives,
          median(all, Sides::java),
          median(all, Sides::c),
          median(all, Sides::ratio),
          median(all, Sides::nanos),
          ratios.getMax() - ratios.getMin());
    }

    /** Nothing where the plan takes so long that they drown in the noise of its time. */
    Optional<Double> clearNanos() {
      return c < TINY_MICROSECONDS ? Optional.of(nanos) : Optional.empty();
    }

    private static double median(List<Sides> all, ToDoubleFunction<Sides> side) {
      return BridgeMain.median(all.stream().mapToDouble(side).toArray());
    }
  }

  private BridgeMain(Path program, Path plan, boolean quick) {
    this.program = program;
    this.plan = plan;
    this.quick = quick;
  }

  /** Runs it; exit code 3 where there is no C compiler. */
  public static void main(String[] args) {
    System.exit(StandardOutput.run("bench bridge", out -> run(args, out)));
  }

  private static int run(String[] args, PrintWriter out) throws IOException {
    boolean quick = args.length > 1 && args[0].equals("--quick");
    Path folder = Path.of(args[args.length - 1]);
    Optional<String> missing = Twin.missing();
    if (missing.isPresent()) {
      System.err.println("bench bridge: " + missing.get() + "; install one (Debian: gcc)");
      return 3;
    }
    Path program = Twin.build(Path.of("target", "twin"));
    Path plan = Files.createTempFile("octconv4j", ".plan");
    try {
      new BridgeMain(program, plan, quick).run(folder, out);
      return 0;
    } finally {
      Files.deleteIfExists(plan);
    }
  }

  private void run(Path folder, PrintWriter out) throws IOException {
    List<LayerShape> tiny = new ArrayList<>();
    for (String problem : TINY) {
      tiny.addAll(new LayerShapes().addProblem(problem).layers());
    }
    List<LayerShape> layers = new ArrayList<>(tiny);
    layers.addAll(new LayerShapes().addEmbedded().layers());
    List<Double> alphas = quick ? List.of(0.0, 0.5) : ALPHAS;
    Measured measured = new Measured(folder, "bridge", 1, layers.size() * alphas.size());
    Table table =
        new Table("lrrrrrr")
            .row("layer", "alpha", "primitives", "Java us", "C us", "ratio", "ns/primitive");
    Runnable print = () -> print(out, measured, table);
    try (Engine engine = Engine.cpu();
        Interruption last = Interruption.then(print)) {
      warmUp(engine, tiny.getLast());
      for (LayerShape layer : layers) {
        for (double alpha : alphas) {
          measured.step(String.format(Locale.ROOT, "%s, alpha %s", layer.name(), alpha));
          Sides sides = measure(engine, layer, alpha);
          measured.add(fields(layer, alpha, sides));
          table.row(
              layer.name(),
              Double.toString(alpha),
              Integer.toString(sides.primitives),
              Figures.number("%.2f", sides.java),
              Figures.number("%.2f", sides.c),
              Figures.number("%.4f", sides.ratio),
              sides.clearNanos().map(nanos -> Figures.number("%.0f", nanos)).orElse(""));
        }
      }
    }
    print.run();
    out.printf(Locale.ROOT, "%nwritten to %s%n", measured.path());
  }

  private static void print(PrintWriter out, Measured measured, Table table) {
    if (table.rows() == 1) {
      out.println("nothing");
      return;
    }
    out.printf(
        Locale.ROOT,
        "%n%s%nJava and C in turn, one thread, F32; all are medians of several starts, so that ratio,"
            + " which is that of the same start, is not quite Java us over C us; ns/primitive is"
            + " what Java adds to each, of plans that take less than %.0f us%n%n",
        measured.machine(),
        TINY_MICROSECONDS);
    table.print(out);
    out.flush();
  }

  private static Map<String, Object> fields(LayerShape layer, double alpha, Sides sides) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("layer", layer.name());
    fields.put("alpha", alpha);
    fields.put("primitives", sides.primitives);
    fields.put("java_us", sides.java);
    fields.put("c_us", sides.c);
    fields.put("ratio", sides.ratio);
    fields.put("ratio_spread", sides.ratioSpread);
    fields.put("ns_per_primitive_over_c", sides.clearNanos().orElse(null));
    return fields;
  }

  /** Large layers run too seldom for the JIT compiler, which in a service has long been done. */
  private void warmUp(Engine engine, LayerShape layer) {
    for (double alpha : new double[] {0, 0.5}) {
      try (LayerContender contender = LayerContender.of(engine, layer, alpha, options)) {
        for (int i = 0; i < WARM_UP_RUNS; i++) {
          contender.run();
        }
        for (int i = 0; i < WARM_UP_RUNS; i++) {
          time(contender, 1);
        }
      }
    }
  }

  private Sides measure(Engine engine, LayerShape layer, double alpha) throws IOException {
    int starts = quick && !layer.name().startsWith("tiny") ? 3 : 7;
    List<Sides> all = new ArrayList<>();
    List<LayerContender> open = new ArrayList<>();
    try {
      for (int start = 0; start < starts; start++) {
        // Earlier ones stay open, else each would get the same memory.
        LayerContender contender = LayerContender.of(engine, layer, alpha, options);
        open.add(contender);
        try (OutputStream out = Files.newOutputStream(plan)) {
          contender.export(out);
        }
        try (Twin twin = Twin.start(program, plan)) {
          all.add(alternate(contender, twin));
        }
      }
    } finally {
      open.forEach(LayerContender::close);
    }
    return Sides.median(all);
  }

  private Sides alternate(LayerContender contender, Twin twin) throws IOException {
    double one = time(contender, 1);
    int repeats = (int) Math.clamp(Math.ceil(LEAST_NANOS / one), 1, 1000);
    int turns = (int) Math.clamp((quick ? 1e8 : 2e8) / (one * (repeats + 1) * ROUNDS * 2), 8, 200);
    double[] java = new double[turns * ROUNDS];
    double[] c = new double[turns * ROUNDS];
    twin.time(ROUNDS, repeats);
    for (int turn = 0; turn < turns; turn++) {
      for (int i = 0; i < ROUNDS; i++) {
        java[turn * ROUNDS + i] = time(contender, repeats);
      }
      System.arraycopy(twin.time(ROUNDS, repeats), 0, c, turn * ROUNDS, ROUNDS);
    }
    return Sides.of(twin.primitives(), median(java) / 1e3, median(c) / 1e3);
  }

  /** Nanoseconds of one of so many runs; one goes before them, as in C. */
  private static double time(LayerContender contender, int repeats) {
    contender.run();
    long before = System.nanoTime();
    for (int i = 0; i < repeats; i++) {
      contender.run();
    }
    return (double) (System.nanoTime() - before) / repeats;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
