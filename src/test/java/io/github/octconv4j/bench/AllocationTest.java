package io.github.octconv4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the benchmarks measure allocates nothing on the Java heap, once the JVM is warm. */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int RUNS = 200;

  /** More than the JVM needs to compile everything, however busy the machine is. */
  private static final long WARM_UP_NANOS = 60_000_000_000L;

  @ParameterizedTest
  @CsvSource({"0, 1", "0.5, 1", "0.25, 2"})
  void aLayerAllocatesNothing(double alpha, int threads) {
    LayerBenchmark benchmark = new LayerBenchmark();
    benchmark.layer = "32,32,8,3";
    benchmark.alpha = alpha;
    benchmark.threads = threads;
    benchmark.setUp();
    try {
      assertThat(bytesPerRun(benchmark::run)).isZero();
    } finally {
      benchmark.tearDown();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"octave", "dense"})
  void aNetworkAllocatesNothing(String model) throws Exception {
    NetworkBenchmark benchmark = new NetworkBenchmark();
    benchmark.model = model;
    benchmark.batch = 1;
    benchmark.setUp();
    try {
      assertThat(bytesPerRun(benchmark::run)).isZero();
    } finally {
      benchmark.tearDown();
    }
  }

  /** The least of many rounds, for the interpreter allocates until everything is compiled. */
  private static long bytesPerRun(Runnable run) {
    long least = Long.MAX_VALUE;
    long end = System.nanoTime() + WARM_UP_NANOS;
    while (least > 0 && System.nanoTime() < end) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < RUNS; i++) {
        run.run();
      }
      least = Math.min(least, (THREADS.getCurrentThreadAllocatedBytes() - before) / RUNS);
    }
    return least;
  }
}
