package io.github.octconv4j.bench.serving;

import io.github.octconv4j.bench.serving.Crowd.Served;
import io.github.octconv4j.cli.Figures;
import io.github.octconv4j.cli.Machine;
import io.github.octconv4j.cli.Table;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.PlanOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;

/**
 * {@code scripts/bench serving [SECONDS]}: a network under many clients, by itself and behind a
 * semaphore as a user would write it, in turn: requests a second, resident memory, and how long a
 * health check takes beside them.
 */
public final class ServingMain {
  private static final int ROUNDS = 3;
  private static final int PLATFORM = 64;
  private static final int VIRTUAL = 1000;
  private static final int IMAGE = 64;

  private ServingMain() {}

  /** A way to serve. */
  private record Way(
      String name, ThreadFactory threads, int clients, Runnable request, boolean rival) {}

  /** Predictors of a user's own, of which so many run at once as a semaphore lets in. */
  private static final class Guarded implements AutoCloseable {
    private final Semaphore semaphore;
    private final BlockingQueue<Predictor> free = new LinkedBlockingQueue<>();

    Guarded(Network network, int most) {
      semaphore = new Semaphore(most, true);
      for (int i = 0; i < most; i++) {
        free.add(network.predictor(1, PlanOptions.DEFAULT));
      }
    }

    void run(float[] image) {
      semaphore.acquireUninterruptibly();
      Predictor predictor = free.remove();
      try {
        predictor.run(image);
      } finally {
        free.add(predictor);
        semaphore.release();
      }
    }

    @Override
    public void close() {
      free.forEach(Predictor::close);
    }
  }

  /** Measures and prints. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length > 1 || (args.length == 1 && !args[0].matches("[1-9][0-9]{0,3}"))) {
      System.err.println("bench: serving takes seconds from 1 to 9999 for each turn, or nothing");
      System.exit(2);
    }
    double seconds = args.length == 0 ? 3 : Integer.parseInt(args[0]);
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    int processors = Runtime.getRuntime().availableProcessors();
    Model model = Model.of("oct_resnet26").alpha(0.5).imageSize(IMAGE);
    float[] image = new float[3 * IMAGE * IMAGE];
    try (Network network = Network.of(model, Parameters.random(1));
        Guarded one = new Guarded(network, 1);
        Guarded all = new Guarded(network, processors)) {
      ThreadFactory platform = Thread.ofPlatform().factory();
      ThreadFactory virtual = Thread.ofVirtual().factory();
      List<Way> ways = new ArrayList<>();
      ways.add(
          new Way("semaphore of 1, 64 threads", platform, PLATFORM, () -> one.run(image), true));
      ways.add(
          new Way(
              Figures.number("semaphore of %d, 64 threads", processors),
              platform,
              PLATFORM,
              () -> all.run(image),
              true));
      ways.add(new Way("network, 64 threads", platform, PLATFORM, () -> network.run(image), false));
      ways.add(
          new Way(
              "network, 1,000 virtual threads", virtual, VIRTUAL, () -> network.run(image), false));
      out.println(Machine.here(1));
      print(ways, measure(ways, seconds), out);
    }
  }

  /** What one way gave, round after round. */
  private static final class Rounds {
    private final double[] perSecond = new double[ROUNDS];
    private final double[] healthMillis = new double[ROUNDS];
    private final double[] megabytes = new double[ROUNDS];
  }

  private static List<Rounds> measure(List<Way> ways, double seconds)
      throws IOException, InterruptedException {
    List<Rounds> all = new ArrayList<>();
    ways.forEach(way -> all.add(new Rounds()));
    for (int round = -1; round < ROUNDS; round++) { // the first one warms up
      for (int w = 0; w < ways.size(); w++) {
        Way way = ways.get(w);
        Served served = Crowd.serve(way.threads(), way.clients(), seconds, way.request());
        if (round >= 0) {
          all.get(w).perSecond[round] = served.perSecond();
          all.get(w).healthMillis[round] = served.healthMillis();
          all.get(w).megabytes[round] = resident();
        }
      }
    }
    return all;
  }

  private static void print(List<Way> ways, List<Rounds> rounds, PrintWriter out) {
    double best = 0;
    double memory = 0; // of the best
    for (int w = 0; w < ways.size(); w++) {
      double rate = median(rounds.get(w).perSecond);
      if (ways.get(w).rival() && rate > best) {
        best = rate;
        memory = median(rounds.get(w).megabytes);
      }
    }
    Table table =
        new Table("lrrrrr")
            .row("way", "requests/s", "of the best semaphore", "health ms", "resident MB", "ratio");
    for (int w = 0; w < ways.size(); w++) {
      double rate = median(rounds.get(w).perSecond);
      double megabytes = median(rounds.get(w).megabytes);
      table.row(
          ways.get(w).name(),
          Figures.number("%.1f", rate),
          Figures.number("%.2f", rate / best),
          Figures.number("%.1f", median(rounds.get(w).healthMillis)),
          Figures.number("%.0f", megabytes),
          Figures.number("%.2f", megabytes / memory));
    }
    table.print(out);
    out.println(
        Figures.number(
            "(medians of %d rounds in turn; health: until a virtual thread of somebody else's has run)",
            ROUNDS));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1e3;
      }
    }
    throw new IOException("/proc/self/status has no VmRSS");
  }
}
