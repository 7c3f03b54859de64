package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.Bf16Support;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.nn.RunRejectedException.Reason;
import io.github.octconv4j.octave.PlanOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A network that many call at once, without predictors of their own. */
class NetworkServiceTest {
  private static final Path FILE =
      Path.of(
          "src/main/resources/io/github/octconv4j/cli/demo/fashion/fashion_mnist_octave.safetensors");
  private static final int VALUES = 28 * 28;

  private static NetworkOptions runs(int atOnce) {
    return NetworkOptions.DEFAULT.runsAtOnce(atOnce);
  }

  private static float[] image(int seed) {
    float[] values = new float[VALUES];
    for (int i = 0; i < VALUES; i++) {
      values[i] = (float) Math.sin(0.1 * i + seed);
    }
    return values;
  }

  /** Keeps a turn until it is told to end. */
  private static final class Held {
    private final CountDownLatch taken = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread;

    Held(Network network) throws InterruptedException {
      thread = Thread.ofPlatform().start(() -> network.use(1, this::keep));
      taken.await();
    }

    private int keep(Predictor predictor) {
      taken.countDown();
      try {
        end.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return 0;
    }

    void end() throws InterruptedException {
      end.countDown();
      thread.join();
    }
  }

  @Test
  void optionsAreThoseOfEveryRun() throws Exception {
    PlanOptions plans = PlanOptions.DEFAULT.threads(2);
    NetworkOptions options = NetworkOptions.of(plans);
    int processors = Runtime.getRuntime().availableProcessors();
    assertThat(NetworkOptions.DEFAULT.runsAtOnce()).isEqualTo(processors);
    assertThat(options.runsAtOnce()).isEqualTo(Math.max(1, processors / 2));
    try (Network network = Network.load(FILE).configure(options)) {
      assertThat(network.options()).isEqualTo(options);
      network.run(image(1));
      try (Predictor own = network.predictor();
          Predictor same = network.predictor(1, plans)) {
        assertThat(network.statistics().misses()).as("one plan for all").isEqualTo(1);
        assertThat(own.run(image(1))).containsExactly(same.run(image(1)));
      }
      assertThatThrownBy(() -> network.configure(options))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("configure it before its first run");
    }
  }

  @Test
  void optionsAreChecked() throws Exception {
    assertThatThrownBy(() -> runs(0)).hasMessage("runsAtOnce must be 1 to 1024, was 0");
    assertThatThrownBy(() -> runs(1025)).hasMessage("runsAtOnce must be 1 to 1024, was 1025");
    assertThatThrownBy(() -> runs(1).patience(Duration.ofMillis(-1)))
        .hasMessage("patience must not be negative, was PT-0.001S");
    if (!Bf16Support.isHere()) {
      PlanOptions bf16 = PlanOptions.DEFAULT.type(DataType.BF16);
      try (Network network = Network.load(FILE)) {
        assertThatThrownBy(() -> network.configure(NetworkOptions.of(bf16)))
            .hasMessage(Bf16Support.message());
      }
    }
    Network closed = Network.load(FILE);
    closed.close();
    assertThatThrownBy(() -> closed.configure(runs(1))).hasMessage("Network is closed");
  }

  /** Platform and virtual threads alike: each gets its own result, never more run than may. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void manyCallersShareFewRuns(boolean virtual) throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (Network network = Network.load(FILE).configure(runs(2));
        ExecutorService callers =
            virtual
                ? Executors.newVirtualThreadPerTaskExecutor()
                : Executors.newFixedThreadPool(16)) {
      List<float[]> expected = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        expected.add(network.run(image(i)));
      }
      List<Callable<float[]>> calls = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        int seed = i % 4;
        calls.add(
            () ->
                network.use(
                    1,
                    predictor -> {
                      assertThat(Thread.currentThread().isVirtual()).isFalse();
                      most.accumulateAndGet(now.incrementAndGet(), Math::max);
                      float[] result = predictor.run(image(seed));
                      now.decrementAndGet();
                      return result;
                    }));
      }
      List<Future<float[]>> results = callers.invokeAll(calls);
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).containsExactly(expected.get(i % 4));
      }
      assertThat(most.get()).isBetween(1, 2);
      NetworkMetrics metrics = network.metrics();
      assertThat(metrics.network()).isEqualTo("fashion_mnist_octave");
      assertThat(metrics.plans().runs()).isEqualTo(404);
      assertThat(metrics.plans().misses()).isEqualTo(1);
      assertThat(metrics.running().count()).isEqualTo(404);
      assertThat(metrics.waiting().count()).isEqualTo(404);
      assertThat(metrics.running().totalNanos()).isPositive();
      assertThat(metrics.running().quantile(.5)).isBetween(1L, metrics.running().maxNanos());
      assertThat(List.of(metrics.runningNow(), metrics.waitingNow(), metrics.runsAtOnce()))
          .containsExactly(0, 0, 2);
      assertThat(metrics.weightBytes()).isEqualTo(network.weightBytes()).isPositive();
      assertThat(metrics.rejected() + metrics.failed()).isZero();
    }
  }

  @Test
  void turnsComeInOrder() throws Exception {
    try (Network network = Network.load(FILE).configure(runs(1))) {
      Held held = new Held(network);
      ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
      List<Thread> waiters = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        int number = i;
        Thread.Builder builder = i % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
        waiters.add(builder.start(() -> network.use(1, predictor -> order.add(number))));
        while (network.metrics().waitingNow() <= i) {
          Thread.onSpinWait();
        }
      }
      held.end();
      for (Thread waiter : waiters) {
        waiter.join();
      }
      assertThat(order).containsExactly(0, 1, 2, 3, 4, 5);
    }
  }

  @Test
  void patienceEnds() throws Exception {
    NetworkOptions options = runs(1).patience(Duration.ofMillis(20));
    try (Network network = Network.load(FILE).configure(options)) {
      Held held = new Held(network);
      assertThatThrownBy(() -> network.run(image(1)))
          .isInstanceOfSatisfying(
              RunRejectedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DEADLINE))
          .hasMessageContaining("fashion_mnist_octave")
          .hasMessageContaining("PT0.02S");
      held.end();
      assertThat(network.run(image(1))).hasSize(10);
      assertThat(network.metrics().rejected()).isEqualTo(1);
    }
  }

  /** Who waits can be interrupted; a run that has begun, or can begin, ends. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void interrupts(boolean virtual) throws Exception {
    Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
    try (Network network = Network.load(FILE).configure(runs(1))) {
      Held held = new Held(network);
      AtomicReference<Object> end = new AtomicReference<>();
      AtomicReference<Boolean> flag = new AtomicReference<>();
      Thread waiter =
          builder.start(
              () -> {
                try {
                  end.set(network.run(image(1)));
                } catch (RunRejectedException e) {
                  end.set(e.reason());
                }
                flag.set(Thread.currentThread().isInterrupted());
              });
      while (network.metrics().waitingNow() == 0) {
        Thread.onSpinWait();
      }
      waiter.interrupt();
      waiter.join();
      assertThat(end.get()).isEqualTo(Reason.INTERRUPTED);
      assertThat(flag.get()).isTrue();
      held.end();

      Thread interrupted =
          builder.start(
              () -> {
                Thread.currentThread().interrupt();
                end.set(network.run(image(1)));
                flag.set(Thread.currentThread().isInterrupted());
              });
      interrupted.join();
      assertThat((float[]) end.get()).hasSize(10);
      assertThat(flag.get()).isTrue();
    }
  }

  @Test
  void aTaskMayUseTheNetworkToo() throws Exception {
    try (Network network = Network.load(FILE).configure(runs(1))) {
      float[] expected = network.run(image(3));
      AtomicReference<float[]> inner = new AtomicReference<>();
      for (Thread.Builder builder : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
        builder.start(() -> network.use(2, outer -> inner.getAndSet(network.run(image(3))))).join();
        assertThat(inner.getAndSet(null)).containsExactly(expected);
      }
    }
  }

  @Test
  void whatATaskThrowsReachesTheCaller() throws Exception {
    try (Network network = Network.load(FILE).configure(runs(1))) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      for (Thread.Builder builder : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
        Thread caller =
            builder.unstarted(
                () ->
                    network.use(
                        1,
                        predictor -> {
                          throw new ArithmeticException("mine");
                        }));
        caller.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
        caller.start();
        caller.join();
        assertThat(thrown.getAndSet(null)).isInstanceOf(ArithmeticException.class);
      }
      assertThat(network.metrics().failed()).isEqualTo(2);
      assertThat(network.run(image(1))).hasSize(10);
    }
  }

  @Test
  void aWarmNetworkPlansNothingMore() throws Exception {
    try (Network network = Network.load(FILE)) {
      network.warmUp(1, 3);
      assertThat(network.statistics().misses()).isEqualTo(2);
      network.run(new float[3 * VALUES]);
      network.run(new float[VALUES]);
      assertThat(network.statistics().misses()).isEqualTo(2);
      assertThatThrownBy(() -> network.warmUp(0)).hasMessage("batch must be at least 1, was 0");
    }
  }

  /** Runs of many virtual threads leave their carriers to others. */
  @Test
  void aHealthCheckAnswersBesideManyClients() throws Exception {
    try (Network network = Network.load(FILE);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicInteger done = new AtomicInteger();
      for (int i = 0; i < 64; i++) {
        clients.execute(() -> network.use(1, predictor -> spin(20, done)));
      }
      List<Long> waited = new ArrayList<>();
      while (done.get() < 64) {
        long start = System.nanoTime();
        clients.submit(() -> {}).get();
        waited.add(System.nanoTime() - start);
        Thread.sleep(5);
      }
      waited.sort(null);
      // 64 clients that held their carriers would take 20 ms each: 640 ms on two processors.
      assertThat(waited.get(waited.size() / 2)).isLessThan(200_000_000L);
    }
  }

  /** Works as native code does: nobody else gets the thread meanwhile. */
  private static int spin(int millis, AtomicInteger done) {
    long end = System.nanoTime() + millis * 1_000_000L;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return done.incrementAndGet();
  }

  @Test
  void idleRunnersAreBounded() {
    List<String> closed = new ArrayList<>();
    record Fake(String name, long bytes, List<String> log) implements IdleRunners.Runner {
      @Override
      public void close() {
        log.add(name);
      }
    }
    IdleRunners<Fake> idle = new IdleRunners<>(3, 100);
    for (String name : List.of("a", "b", "c", "d")) {
      idle.offer(name, new Fake(name, 10, closed));
    }
    assertThat(closed).containsExactly("a");
    assertThat(idle.poll("a")).isNull();
    assertThat(idle.poll("b").name()).isEqualTo("b");
    idle.offer("e", new Fake("e", 85, closed)); // 105 bytes with c and d
    assertThat(closed).containsExactly("a", "c");
    idle.offer("f", new Fake("f", 1000, closed)); // the last one stays, however large
    assertThat(closed).containsExactly("a", "c", "d", "e");
    assertThat(idle.poll("f").name()).isEqualTo("f");
    idle.offer("f", new Fake("f", 1000, closed));
    idle.close();
    idle.offer("g", new Fake("g", 1, closed));
    assertThat(closed).containsExactly("a", "c", "d", "e", "f", "g");
  }

  @Test
  void latenciesAreCounted() {
    Stopwatch watch = new Stopwatch();
    assertThat(watch.latencies().quantile(.5)).isZero();
    for (long micros : new long[] {10, 60, 60, 400, 20_000_000}) {
      watch.count(1000 * micros);
    }
    Latencies all = watch.latencies();
    assertThat(all.count()).isEqualTo(5);
    assertThat(all.totalNanos()).isEqualTo(20_000_530_000L);
    assertThat(all.maxNanos()).isEqualTo(20_000_000_000L);
    assertThat(all.quantile(.5)).isEqualTo(100_000);
    assertThat(all.quantile(.7)).isEqualTo(500_000);
    assertThat(all.quantile(1)).isEqualTo(20_000_000_000L);
    assertThat(all.buckets().getLast()).isEqualTo(new Latencies.Bucket(Long.MAX_VALUE, 1));
    assertThatThrownBy(() -> all.quantile(1.5)).hasMessage("share must be 0 to 1, was 1.5");
  }
}
