package io.github.octconv4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.nn.Classification;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two executors in JVMs of their own, whose home can't be written to, with dynamic allocation:
 * 200,000 rows, 2,000 pictures a hundred times.
 */
class ClusterIT {
  private static final int ROWS = 200_000;
  private static final int PARTITIONS = 40;

  @TempDir private static Path folder;
  private static Path temporary;
  private static SparkSession session;
  private static List<String> expected;
  private static Dataset<Row> pictures;

  /** Ends an executor once half of the tasks have ended. */
  private static final class Killer extends SparkListener {
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger killed = new AtomicInteger();
    private final AtomicInteger removed = new AtomicInteger();
    private final Set<String> executors = ConcurrentHashMap.newKeySet();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      executors.add(end.taskInfo().executorId());
      if (ended.incrementAndGet() == PARTITIONS / 2) {
        executorProcesses()
            .findFirst()
            .ifPresent(process -> killed.addAndGet(process.destroyForcibly() ? 1 : 0));
      }
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved executor) {
      removed.incrementAndGet();
    }
  }

  /** Counts tasks that fail. */
  private static final class Failures extends SparkListener {
    private final AtomicInteger count = new AtomicInteger();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      if (end.taskInfo().failed()) {
        count.incrementAndGet();
      }
    }
  }

  /** Those that this process has started. */
  private static Stream<ProcessHandle> executorProcesses() {
    return ProcessHandle.current()
        .descendants()
        .filter(process -> commandLine(process).contains("CoarseGrainedExecutorBackend"));
  }

  /** All of it, of which ProcessHandle gives the first 4 KiB. */
  private static String commandLine(ProcessHandle process) {
    try {
      Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it has ended
    }
  }

  private static int executors() {
    return session.sparkContext().statusTracker().getExecutorInfos().length - 1; // the driver
  }

  private static void awaitExecutors(int count) throws InterruptedException {
    long end = System.nanoTime() + 120_000_000_000L;
    while (executors() != count) {
      assertThat(System.nanoTime()).as("%d executors within two minutes", count).isLessThan(end);
      Thread.sleep(50);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    temporary = Files.createDirectory(folder.resolve("tmp"));
    expected =
        Clothes.expected(Clothes.OCTAVE).stream()
            .map(Classification::best)
            .map(Classification.Candidate::label)
            .toList();
    session =
        Sessions.cluster(folder)
            .config(
                "spark.executor.extraJavaOptions",
                "-Duser.home=/proc/none -Djava.io.tmpdir=" + temporary)
            .config("spark.executorEnv.XDG_CACHE_HOME", "")
            .config("spark.files", Clothes.OCTAVE.toAbsolutePath().toString()) // --files
            .config("spark.dynamicAllocation.enabled", true)
            .config("spark.dynamicAllocation.executorIdleTimeout", "5s")
            .config("spark.dynamicAllocation.initialExecutors", 2)
            .config("spark.dynamicAllocation.maxExecutors", 2)
            .getOrCreate();
    awaitExecutors(2);
    pictures =
        session
            .range(0, ROWS, 1, PARTITIONS)
            .join(
                functions.broadcast(Clothes.rows(session, Clothes.COUNT)),
                functions.expr("id % " + Clothes.COUNT + " = index"));
  }

  private static OctaveClassifier classifier() {
    return new OctaveClassifier()
        .setModel(Clothes.OCTAVE.toAbsolutePath().toString())
        .setOutput("label");
  }

  @Test
  void everyLabelIsTheLocalOneThoughAnExecutorIsKilledAndPicturesAreDamaged() throws Exception {
    Dataset<Row> damaged =
        pictures.withColumn(
            "content", functions.expr("IF(id % 1000 = 7, substring(content, 1, 60), content)"));
    OctaveClassifier classifier = classifier().setErrors("null");
    Killer killer = new Killer();
    session.sparkContext().addSparkListener(killer);
    List<Row> rows =
        classifier.transform(damaged).select("id", "prediction", "error").collectAsList();
    session.sparkContext().removeSparkListener(killer);

    assertThat(killer.killed).hasValue(1);
    assertThat(killer.removed).hasPositiveValue();
    assertThat(killer.executors).hasSizeGreaterThanOrEqualTo(2);
    assertThat(rows).hasSize(ROWS);
    for (int i = 0; i < ROWS; i++) {
      Row row = rows.get(i);
      assertThat(row.getLong(0)).isEqualTo(i);
      if (i % 1000 == 7) {
        assertThat(row.isNullAt(1)).as("row %d", i).isTrue();
        assertThat(row.getString(2)).startsWith("picture: ");
      } else {
        assertThat(row.getString(1)).as("row %d", i).isEqualTo(expected.get(i % Clothes.COUNT));
        assertThat(row.isNullAt(2)).as("row %d", i).isTrue();
      }
    }
    // What the killed one did counts as well, where its tasks had ended.
    assertThat(classifier.metrics().rows()).isGreaterThanOrEqualTo(ROWS - ROWS / 1000);
    assertThat(classifier.metrics().errors()).isGreaterThanOrEqualTo(ROWS / 1000);
  }

  @Test
  void executorsGetTheNetworkAsBytesAndAsADistributedFile() throws Exception {
    Dataset<Row> few = pictures.where("id < " + Clothes.COUNT).select("id", "content");
    OctaveClassifier bytes =
        new OctaveClassifier().setModelBytes(Files.readAllBytes(Clothes.OCTAVE)).setOutput("label");
    assertThat(labels(bytes, few)).isEqualTo(expected);

    OctaveClassifier distributed =
        new OctaveClassifier()
            .setModelFile(Clothes.OCTAVE.getFileName().toString())
            .setOutput("label");
    assertThat(labels(distributed, few)).isEqualTo(expected);
  }

  @Test
  void aTaskThatFailsIsTriedAgain() throws Exception {
    // What the first task of an executor sets, the next one finds set.
    Dataset<Row> failing =
        pictures
            .where("id < " + Clothes.COUNT)
            .selectExpr(
                "id",
                "IF(coalesce(java_method('java.lang.System', 'setProperty', 'octconv4j.test.failed', 'yes'), 'null') = 'yes', content, raise_error('the first one fails')) AS content");
    Failures failures = new Failures();
    session.sparkContext().addSparkListener(failures);
    try {
      assertThat(labels(classifier(), failing)).isEqualTo(expected);
      session.sparkContext().listenerBus().waitUntilEmpty(); // it tells what happened later
    } finally {
      session.sparkContext().removeSparkListener(failures);
    }
    assertThat(failures.count).hasPositiveValue();
  }

  @Test
  void executorsGoWhenTheyAreIdleAndOthersGoOn() throws Exception {
    Dataset<Row> few = pictures.where("id < " + Clothes.COUNT).select("id", "content");
    assertThat(labels(classifier(), few)).isEqualTo(expected);
    awaitExecutors(0);
    assertThat(labels(classifier(), few)).isEqualTo(expected);
    assertThat(executors()).isPositive();
  }

  private static List<String> labels(OctaveClassifier classifier, Dataset<Row> rows) {
    return classifier.transform(rows).select("prediction").collectAsList().stream()
        .map(row -> row.getString(0))
        .toList();
  }

  /** Both executors of a host that began at once, and those that came later. */
  @AfterAll
  static void theNativeLibraryWasUnpackedOnce() throws Exception {
    session.stop();
    Path shared = temporary.resolve("octconv4j-" + System.getProperty("user.name"));
    assertThat(shared).isDirectory();
    try (Stream<Path> files = Files.walk(temporary)) {
      List<String> names = files.map(file -> file.getFileName().toString()).toList();
      assertThat(names).noneMatch(name -> name.endsWith(".part"));
      assertThat(names)
          .filteredOn(name -> name.startsWith("libdnnl") && !name.endsWith(".verified"))
          .hasSize(1);
    }
  }
}
