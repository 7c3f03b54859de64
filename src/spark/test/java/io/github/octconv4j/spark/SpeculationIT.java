package io.github.octconv4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.nn.Classification;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.master.Master;
import org.apache.spark.deploy.worker.Worker;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Option;

/**
 * Speculative execution, for which Spark wants two hosts: 127.0.0.2 and 127.0.0.3, each a worker
 * with an executor of one core.
 */
class SpeculationIT {
  private static final int ROWS = 200;
  private static final int PARTITIONS = 4;
  private static final long SLOW_MILLIS = 300_000;

  @TempDir private Path folder;
  private final List<RpcEnv> processes = new ArrayList<>();

  /** Counts copies that won, and tasks that lost. */
  private static final class Copies extends SparkListener {
    private final AtomicInteger won = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      if (end.taskInfo().killed()) {
        lost.incrementAndGet();
      } else if (end.taskInfo().speculative()) {
        won.incrementAndGet();
      }
    }
  }

  private String start() {
    SparkConf conf = new SparkConf().set("spark.master.rest.enabled", "false");
    RpcEnv master = Master.startRpcEnvAndEndpoint("127.0.0.1", 0, 0, conf)._1();
    processes.add(master);
    String url = "spark://127.0.0.1:" + master.address().port();
    for (int i = 2; i <= 3; i++) {
      processes.add(
          Worker.startRpcEnvAndEndpoint(
              "127.0.0." + i,
              0,
              0,
              1,
              1024,
              new String[] {url},
              folder.resolve("worker-" + i).toString(),
              Option.apply(i),
              conf,
              Option.empty()));
    }
    return url;
  }

  @Test
  void theCopyOfASlowTaskWins() throws Exception {
    List<String> expected =
        Clothes.expected(Clothes.OCTAVE).subList(0, ROWS).stream()
            .map(Classification::best)
            .map(Classification.Candidate::label)
            .toList();
    Copies copies = new Copies();
    SparkSession session =
        Sessions.standalone(start(), folder)
            .config("spark.executor.extraJavaOptions", "-Doctconv4j.test.id={{EXECUTOR_ID}}")
            .config("spark.speculation", true)
            .config("spark.speculation.quantile", .5)
            .config("spark.speculation.multiplier", 1.1)
            .config("spark.speculation.minTaskRuntime", "100ms")
            .getOrCreate();
    try {
      session.sparkContext().addSparkListener(copies);
      long start = System.nanoTime();
      List<String> labels =
          new OctaveClassifier()
                  .setModel(Clothes.OCTAVE.toAbsolutePath().toString())
                  .setOutput("label")
                  .transform(slowOnOneExecutor(session))
                  .select("prediction")
                  .collectAsList()
                  .stream()
                  .map(row -> row.getString(0))
                  .toList();
      assertThat(labels).isEqualTo(expected);
      assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(SLOW_MILLIS);
      for (int i = 0; i < 600 && (copies.won.get() == 0 || copies.lost.get() == 0); i++) {
        Thread.sleep(50); // the listener is told a little later
      }
      assertThat(copies.won).hasPositiveValue();
      assertThat(copies.lost).hasPositiveValue();
    } finally {
      session.stop();
      processes.reversed().forEach(RpcEnv::shutdown);
    }
  }

  /** Executor 0 sleeps at the first row of each of its tasks. */
  private static Dataset<Row> slowOnOneExecutor(SparkSession session) {
    String slow =
        "id % ROWS = 0 AND java_method('java.lang.System', 'getProperty', 'octconv4j.test.id') = '0' AND java_method('java.lang.Thread', 'sleep', MILLISL) IS NOT NULL"
            .replace("ROWS", Integer.toString(ROWS / PARTITIONS))
            .replace("MILLIS", Long.toString(SLOW_MILLIS));
    return session
        .range(0, ROWS, 1, PARTITIONS)
        .join(functions.broadcast(Clothes.rows(session, ROWS)), functions.expr("id = index"))
        .selectExpr("id", "IF(" + slow + ", NULL, content) AS content");
  }
}
