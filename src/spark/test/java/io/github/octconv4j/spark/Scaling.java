package io.github.octconv4j.spark;

import com.sun.management.OperatingSystemMXBean;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.PlanOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * {@code scripts/bench spark}: one and two executors of one core in turns with a plain loop on one
 * core, so that what else the machine does meets them alike; and what follows for more of them.
 */
public final class Scaling {
  private static final int BATCH = 16;
  private static final int TURNS = 3;
  private static final double TARGET = .85;
  private static final long SCORED = 100_000_000;
  private static final int ROWS_OF_TASK = 10_000;

  private final int rows;
  private final Path folder;

  private Scaling(int rows, Path folder) {
    this.rows = rows;
    this.folder = folder;
  }

  /**
   * Seconds of a thing.
   *
   * @param wall that passed
   * @param cpu of all threads that did it
   */
  private record Cost(double wall, double cpu) {
    static Cost median(List<Cost> costs) {
      return new Cost(
          costs.stream().mapToDouble(Cost::wall).sorted().toArray()[costs.size() / 2],
          costs.stream().mapToDouble(Cost::cpu).sorted().toArray()[costs.size() / 2]);
    }

    Cost minus(Cost other) {
      return new Cost(wall - other.wall, cpu - other.cpu);
    }
  }

  /**
   * What a cluster took.
   *
   * @param plain the loop without Spark, in turns with the others
   * @param read Spark's own reading of the rows
   * @param scored reading and scoring
   * @param task the driver's processor time for a task that does nothing, in seconds, with that of
   *     the cluster's own master and workers, which are in its process
   * @param open the first job's time beyond that of the later ones
   */
  private record Measured(
      int executors, Cost plain, Cost read, Cost scored, double task, double open) {
    Cost scoring() {
      return scored.minus(read);
    }
  }

  /** Adds what tasks say of their processor time. */
  private static final class CpuTime extends SparkListener {
    private final LongAdder nanos = new LongAdder();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      if (end.taskMetrics() != null) {
        nanos.add(end.taskMetrics().executorCpuTime());
      }
    }
  }

  /** Decodes and scores as executors do, on this thread. */
  private static final class PlainLoop implements AutoCloseable {
    private final int rows;
    private final Network network;
    private final Predictor predictor;

    PlainLoop(int rows) throws IOException {
      this.rows = rows;
      network = Network.load(Clothes.OCTAVE);
      predictor = network.predictor(BATCH, PlanOptions.DEFAULT);
    }

    Cost cost() throws IOException {
      List<byte[]> pngs = Clothes.pngs();
      ThreadMXBean threads = ManagementFactory.getThreadMXBean();
      long wall = System.nanoTime();
      long cpu = threads.getCurrentThreadCpuTime();
      for (int row = 0; row < rows; row += BATCH) {
        for (int i = 0; i < BATCH; i++) {
          byte[] png = pngs.get((row + i) % pngs.size());
          predictor.setImage(i, ImageFiles.read(new ByteArrayInputStream(png), "png", 1 << 20));
        }
        predictor.run();
        predictor.output().floats();
      }
      return new Cost(
          (System.nanoTime() - wall) / 1e9, (threads.getCurrentThreadCpuTime() - cpu) / 1e9);
    }

    @Override
    public void close() {
      predictor.close();
      network.close();
    }
  }

  /** The number of rows, 60,000 unless it is given. */
  public static void main(String[] args) throws Exception {
    int rows = args.length > 0 ? Integer.parseInt(args[0]) : 60_000;
    Path folder = Files.createTempDirectory("octconv4j-spark-bench");
    try {
      new Scaling(rows, folder).run();
    } finally {
      LocalModel.delete(folder);
    }
  }

  private void run() throws Exception {
    System.out.printf(
        Locale.ROOT,
        "%d rows, %s, batch %d, f32; %d processors%n",
        rows,
        Clothes.OCTAVE.getFileName(),
        BATCH,
        Runtime.getRuntime().availableProcessors());
    try (PlainLoop plain = new PlainLoop(rows)) {
      plain.cost(); // warms up
      report(cluster(1, plain));
      Measured two = cluster(2, plain);
      report(two);
      model(two);
    }
  }

  private Measured cluster(int executors, PlainLoop plain) throws Exception {
    SparkSession session = Sessions.cluster(executors, folder).getOrCreate();
    CpuTime time = new CpuTime();
    session.sparkContext().addSparkListener(time);
    try {
      Path data = folder.resolve("pictures-" + executors);
      session
          .range(0, rows, 1, 4 * executors)
          .join(
              functions.broadcast(Clothes.rows(session, Clothes.COUNT)),
              functions.expr("id % " + Clothes.COUNT + " = index"))
          .select("id", "content")
          .write()
          .mode(SaveMode.Overwrite)
          .parquet(data.toString());
      Dataset<Row> pictures = session.read().parquet(data.toString());
      Dataset<Row> scores =
          new OctaveClassifier()
              .setModel(Clothes.OCTAVE.toAbsolutePath().toString())
              .setBatchSize(BATCH)
              .setIdleSeconds(60)
              .transform(pictures)
              .drop("content");
      Dataset<Row> lengths = pictures.selectExpr("id", "length(content)");
      cost(time, lengths);
      double first = cost(time, scores).wall;
      List<Cost> alone = new ArrayList<>();
      List<Cost> read = new ArrayList<>();
      List<Cost> scored = new ArrayList<>();
      for (int turn = 0; turn < TURNS; turn++) {
        alone.add(plain.cost());
        read.add(cost(time, lengths));
        scored.add(cost(time, scores));
      }
      int tasks = 400;
      Dataset<Row> nothing = session.range(0, tasks, 1, tasks).toDF();
      cost(time, nothing);
      OperatingSystemMXBean process =
          ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
      long before = process.getProcessCpuTime();
      cost(time, nothing);
      double driver = (process.getProcessCpuTime() - before) / 1e9;
      Cost all = Cost.median(scored);
      return new Measured(
          executors,
          Cost.median(alone),
          Cost.median(read),
          all,
          driver / tasks,
          Math.max(0, first - all.wall));
    } finally {
      session.stop();
    }
  }

  /** Computes all rows and keeps none. */
  private static Cost cost(CpuTime time, Dataset<Row> rows) throws InterruptedException {
    time.nanos.reset();
    long start = System.nanoTime();
    rows.write().format("noop").mode(SaveMode.Overwrite).save();
    double wall = (System.nanoTime() - start) / 1e9;
    Thread.sleep(500); // the listener is told a little later
    return new Cost(wall, time.nanos.sum() / 1e9);
  }

  private void report(Measured measured) {
    Cost plain = measured.plain;
    System.out.printf(
        Locale.ROOT,
        "plain loop on one core: %.0f rows/s; %.1f us a row, %.1f us of processor time; load of the machine %.1f%n",
        rows / plain.wall,
        1e6 * plain.wall / rows,
        1e6 * plain.cpu / rows,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    double rate = rows / measured.scoring().wall;
    double linear = measured.executors * rows / plain.wall;
    System.out.printf(
        Locale.ROOT,
        "%d executor%s of one core: %.1f s, of which Spark's reading %.1f s; without it %.0f rows/s, %.2f of linear (target %.2f)%n",
        measured.executors,
        measured.executors == 1 ? "" : "s",
        measured.scored.wall,
        measured.read.wall,
        rate,
        rate / linear,
        TARGET);
    System.out.printf(
        Locale.ROOT,
        "  processor time of tasks a row: %.1f us, %.1f us of it reading; beyond the plain loop %.1f us; %.2f of linear by processor time%n",
        1e6 * measured.scored.cpu / rows,
        1e6 * measured.read.cpu / rows,
        1e6 * (measured.scoring().cpu - plain.cpu) / rows,
        plain.cpu / measured.scoring().cpu);
    System.out.printf(
        Locale.ROOT,
        "  opening the network, once: %.1f s; the driver's processor time for a task: %.1f ms%n",
        measured.open,
        1e3 * measured.task);
  }

  /**
   * Tasks run side by side, a driver of one core starts one after the other, and each executor
   * opens once.
   */
  private void model(Measured measured) {
    double row = measured.scored.cpu / rows;
    long tasks = SCORED / ROWS_OF_TASK;
    System.out.printf(
        Locale.ROOT,
        "%nA model on paper of these costs, nothing of it measured: %d rows in %d tasks; each executor opens for %.1f s, a row takes %.1f us with reading, the driver %.1f ms a task%n",
        SCORED,
        tasks,
        measured.open,
        1e6 * row,
        1e3 * measured.task);
    System.out.println("| executors of one core | minutes | rows/s | of linear |");
    System.out.println("|---|---|---|---|");
    for (int executors : new int[] {1, 2, 10, 50, 100, 200, 500, 1000}) {
      long waves = (tasks + executors - 1) / executors;
      double seconds = measured.open + Math.max(waves * ROWS_OF_TASK * row, tasks * measured.task);
      System.out.printf(
          Locale.ROOT,
          "| %d | %.1f | %.0f | %.2f |%n",
          executors,
          seconds / 60,
          SCORED / seconds,
          SCORED / seconds / executors * measured.plain.cpu / rows);
    }
  }
}
