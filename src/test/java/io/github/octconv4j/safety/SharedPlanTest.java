package io.github.octconv4j.safety;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * One layer and its cache of plans, shared by many threads of both kinds: every result is right.
 */
class SharedPlanTest {
  private static final OctaveConv2d SPEC =
      OctaveConv2d.of(16, 16).kernel(3).padding(1).alpha(0.5).build();

  /** More than the cache holds, so that plans are dropped and built again meanwhile. */
  private static final int SIZES = 20;

  private static Engine engine;
  private static OctaveLayer layer;
  private static final List<OctaveTensor> INPUTS = new ArrayList<>();
  private static final List<float[]> EXPECTED = new ArrayList<>();

  @BeforeAll
  static void compute() {
    engine = Engine.cpu();
    Random random = new Random(7);
    float[] dense = new float[16 * 16 * 9];
    for (int i = 0; i < dense.length; i++) {
      dense[i] = random.nextFloat() - 0.5f;
    }
    // Two workers in each run, so that virtual threads wait in the middle of one.
    PlanOptions options = PlanOptions.DEFAULT.tuning(Tuning.HEURISTIC).threads(2);
    layer = SPEC.on(engine, OctaveWeights.split(SPEC, dense, null), options);
    for (int s = 0; s < SIZES; s++) {
      OctaveTensor x = OctaveTensor.of(image(random, 4 + 2 * s), image(random, 2 + s));
      INPUTS.add(x);
      EXPECTED.add(run(x));
    }
  }

  private static Tensor image(Random random, int size) {
    Tensor tensor =
        Tensor.allocate(
            MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 8, size, size), Arena.global());
    float[] values = new float[8 * size * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    tensor.set(values);
    return tensor;
  }

  private static float[] run(OctaveTensor x) {
    try (Arena arena = Arena.ofConfined()) {
      OctaveTensor y = layer.apply(x, OutputFormat.NHWC, arena);
      float[] high = y.high().floats();
      float[] low = y.low().floats();
      float[] both = new float[high.length + low.length];
      System.arraycopy(high, 0, both, 0, high.length);
      System.arraycopy(low, 0, both, high.length, low.length);
      return both;
    }
  }

  @AfterAll
  static void close() {
    layer.close();
    engine.close();
  }

  private static void check(int s) {
    assertThat(run(INPUTS.get(s))).containsExactly(EXPECTED.get(s));
  }

  private static int checkMany(ExecutorService pool, int tasks, int runs) throws Exception {
    List<Future<?>> futures = new ArrayList<>();
    for (int t = 0; t < tasks; t++) {
      int task = t;
      futures.add(
          pool.submit(
              () -> {
                Random random = new Random(task);
                for (int i = 0; i < runs; i++) {
                  // Mostly sizes that stay in the cache.
                  check(random.nextInt(random.nextInt(40) == 0 ? SIZES : 8));
                }
              }));
    }
    for (Future<?> future : futures) {
      future.get();
    }
    return tasks * runs;
  }

  @Test
  void platformThreads() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(32)) {
      int runs = checkMany(pool, 32, Soak.count("platform", 100, 2000));
      System.out.println("32 platform threads: " + runs + " runs, " + layer.statistics());
    }
  }

  @Test
  void virtualThreads() throws Exception {
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      int runs = checkMany(pool, 1000, Soak.count("virtual", 4, 60));
      System.out.println("1000 virtual threads: " + runs + " runs, " + layer.statistics());
    }
  }

  @Test
  void interruptsAndCancelledTasksLeaveEverythingUsable() throws Exception {
    int rounds = Soak.count("interrupts", 60, 3000);
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < rounds; round++) {
        List<Future<?>> futures = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
          int s = (round + t) % SIZES;
          futures.add(
              pool.submit(
                  () -> {
                    for (int i = 0; i < 20; i++) {
                      check(s); // right although the thread is interrupted
                    }
                  }));
        }
        for (int spin = round % 20 * 500; spin > 0; spin--) {
          Thread.onSpinWait();
        }
        for (Future<?> future : futures) {
          future.cancel(true);
          try {
            future.get();
          } catch (CancellationException e) {
            assertThat(future.isCancelled()).isTrue();
          } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
          }
        }
      }
    }
    for (int s = 0; s < SIZES; s++) {
      check(s);
    }
  }
}
