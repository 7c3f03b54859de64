package io.github.octconv4j.octave.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.octave.PlanStatistics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

@SameOnEveryProcessor
class PlanCacheTest {
  /** A plan that only knows whether it was closed. */
  private static final class Fake {
    private final AtomicInteger closed = new AtomicInteger();
    private volatile long bytes = 10;

    long bytes() {
      return bytes;
    }

    void close() {
      closed.incrementAndGet();
    }

    void use() {
      assertThat(closed).hasValue(0);
    }
  }

  private static PlanCache<Fake> cache(int capacity) {
    return cache("PlanCache", capacity, Long.MAX_VALUE);
  }

  private static PlanCache<Fake> cache(String owner, int capacity, long mostBytes) {
    return new PlanCache<>(owner, capacity, mostBytes, Fake::bytes, Fake::close);
  }

  private static PlanStatistics counts(
      PlanCache<Fake> cache, int size, long hits, long misses, long evictions) {
    PlanStatistics statistics = cache.statistics();
    assertThat(statistics)
        .isEqualTo(
            new PlanStatistics(
                size, size * 10L, hits, misses, evictions, 0, statistics.buildNanos()));
    return statistics;
  }

  @Test
  void buildsOnceAndCounts() {
    try (PlanCache<Fake> cache = cache(4)) {
      counts(cache, 0, 0, 0, 0);
      Fake plan = new Fake();
      try (PlanCache<Fake>.Lease lease = cache.get("a", () -> plan)) {
        assertThat(lease.plan()).isSameAs(plan);
      }
      try (PlanCache<Fake>.Lease lease = cache.get("a", () -> new Fake())) {
        assertThat(lease.plan()).isSameAs(plan);
      }
      cache.get("b", PlanCacheTest::slow).close();
      assertThat(counts(cache, 2, 1, 2, 0).buildNanos()).isBetween(15_000_000L, 10_000_000_000L);
      plan.use();
    }
  }

  /** Takes 20 ms. */
  private static Fake slow() {
    long end = System.nanoTime() + 20_000_000;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
    return new Fake();
  }

  @Test
  void manyThreadsThatWantOneKeyShareOneBuild() throws Exception {
    int threads = 8;
    AtomicInteger builds = new AtomicInteger();
    CountDownLatch building = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (PlanCache<Fake> cache = cache(4);
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Fake>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        all.add(
            pool.submit(
                () -> {
                  try (PlanCache<Fake>.Lease lease =
                      cache.get(
                          "key",
                          () -> {
                            builds.incrementAndGet();
                            building.countDown();
                            await(go);
                            return new Fake();
                          })) {
                    lease.plan().use();
                    return lease.plan();
                  }
                }));
      }
      building.await();
      while (cache.statistics().hits() < threads - 1) { // the others wait for the builder
        Thread.onSpinWait();
      }
      go.countDown();
      Fake plan = all.getFirst().get(5, TimeUnit.MINUTES);
      for (Future<Fake> one : all) {
        assertThat(one.get(5, TimeUnit.MINUTES)).isSameAs(plan);
      }
      assertThat(builds).hasValue(1);
      counts(cache, 1, threads - 1, 1, 0);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void differentKeysAreBuiltAtTheSameTime() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    try (PlanCache<Fake> cache = cache(4);
        ExecutorService pool = Executors.newFixedThreadPool(2)) {
      List<Future<?>> all = new ArrayList<>();
      for (String key : new String[] {"a", "b"}) {
        all.add(
            pool.submit(
                () ->
                    cache
                        .get(
                            key,
                            () -> {
                              try {
                                both.await(5, TimeUnit.MINUTES);
                              } catch (Exception e) {
                                throw new IllegalStateException(e);
                              }
                              return new Fake();
                            })
                        .close()));
      }
      for (Future<?> one : all) {
        one.get(5, TimeUnit.MINUTES);
      }
      counts(cache, 2, 0, 2, 0);
    }
  }

  @Test
  void theLeastRecentlyUsedIsDroppedAndClosed() {
    try (PlanCache<Fake> cache = cache(2)) {
      Fake a = new Fake();
      Fake b = new Fake();
      Fake c = new Fake();
      cache.get("a", () -> a).close();
      cache.get("b", () -> b).close();
      cache.get("a", Fake::new).close();
      cache.get("c", () -> c).close();
      counts(cache, 2, 1, 3, 1);
      assertThat(b.closed).hasValue(1);
      a.use();
      c.use();
      cache.get("b", Fake::new).close();
      counts(cache, 2, 1, 4, 2);
      assertThat(a.closed).hasValue(1);
      c.use();
    }
  }

  @Test
  void aDroppedPlanIsClosedWhenTheLastLeaseEnds() {
    try (PlanCache<Fake> cache = cache(1)) {
      Fake a = new Fake();
      PlanCache<Fake>.Lease one = cache.get("a", () -> a);
      PlanCache<Fake>.Lease two = cache.get("a", Fake::new);
      cache.get("b", Fake::new).close();
      counts(cache, 1, 1, 2, 1);
      a.use();
      one.close();
      one.close(); // the second time does nothing
      a.use();
      two.close();
      assertThat(a.closed).hasValue(1);
      two.close();
      assertThat(a.closed).hasValue(1);
    }
  }

  @Test
  void aFailureIsNotCached() {
    try (PlanCache<Fake> cache = cache(2)) {
      assertThatThrownBy(
              () ->
                  cache.get(
                      "a",
                      () -> {
                        throw new IllegalArgumentException("no such shape");
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no such shape");
      assertThatThrownBy(
              () ->
                  cache.get(
                      "a",
                      () -> {
                        throw new UnsatisfiedLinkError("no library");
                      }))
          .isInstanceOf(UnsatisfiedLinkError.class);
      counts(cache, 0, 0, 0, 0);
      Fake plan = new Fake();
      try (PlanCache<Fake>.Lease lease = cache.get("a", () -> plan)) {
        assertThat(lease.plan()).isSameAs(plan);
      }
      counts(cache, 1, 0, 1, 0);
    }
  }

  @Test
  void aFailureReachesAllWhoWait() throws Exception {
    int threads = 6;
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger builds = new AtomicInteger();
    try (PlanCache<Fake> cache = cache(2);
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        all.add(
            pool.submit(
                () ->
                    cache.get(
                        "a",
                        () -> {
                          builds.incrementAndGet();
                          await(go);
                          throw new IllegalArgumentException("no such shape");
                        })));
      }
      while (cache.statistics().hits() < threads - 1) {
        Thread.onSpinWait();
      }
      go.countDown();
      for (Future<?> one : all) {
        assertThatThrownBy(() -> one.get(5, TimeUnit.MINUTES))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(IllegalArgumentException.class)
            .hasStackTraceContaining("no such shape");
      }
      assertThat(builds).hasValue(1);
      counts(cache, 0, threads - 1, 0, 0);
    }
  }

  @Test
  void closingDropsEverythingAndRefusesMore() {
    PlanCache<Fake> cache = cache(3);
    Fake idle = new Fake();
    Fake leased = new Fake();
    cache.get("a", () -> idle).close();
    PlanCache<Fake>.Lease lease = cache.get("b", () -> leased);
    cache.close();
    cache.close();
    assertThat(idle.closed).hasValue(1);
    leased.use();
    assertThatThrownBy(() -> cache.get("a", Fake::new))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("PlanCache is closed");
    lease.close();
    assertThat(leased.closed).hasValue(1);
    assertThat(cache.statistics().size()).isZero();
  }

  @Test
  void closingDuringABuildClosesThePlanWithItsLease() throws Exception {
    CountDownLatch building = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Fake plan = new Fake();
    PlanCache<Fake> cache = cache(3);
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Future<?> user =
          pool.submit(
              () -> {
                try (PlanCache<Fake>.Lease lease =
                    cache.get(
                        "a",
                        () -> {
                          building.countDown();
                          await(go);
                          return plan;
                        })) {
                  lease.plan().use();
                }
              });
      building.await();
      cache.close();
      go.countDown();
      user.get(5, TimeUnit.MINUTES);
    }
    assertThat(plan.closed).hasValue(1);
  }

  @Test
  void noPlanIsUsedAfterItsCloseWhateverThreadsDo() throws Exception {
    List<Fake> built = Collections.synchronizedList(new ArrayList<>());
    PlanCache<Fake> cache = cache(3);
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        Random random = new Random(t);
        all.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 5000; i++) {
                    try (PlanCache<Fake>.Lease lease =
                        cache.get(
                            random.nextInt(8),
                            () -> {
                              Fake fake = new Fake();
                              built.add(fake);
                              return fake;
                            })) {
                      lease.plan().use();
                    }
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get(5, TimeUnit.MINUTES);
      }
    }
    PlanStatistics statistics = cache.statistics();
    assertThat(statistics.hits() + statistics.misses()).isEqualTo(20000);
    assertThat(statistics.misses()).isEqualTo(built.size());
    assertThat(statistics.size()).isEqualTo(3);
    assertThat(statistics.evictions()).isEqualTo(built.size() - 3);
    cache.close();
    assertThat(built).allMatch(fake -> fake.closed.get() == 1);
  }

  @Test
  void capacityIsAtLeastOne() {
    assertThatThrownBy(() -> cache(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("capacity must be at least 1, was 0");
  }

  @Test
  void isBoundedInBytes() {
    try (PlanCache<Fake> cache = cache("Owner", 16, 35)) {
      List<Fake> fakes = List.of(new Fake(), new Fake(), new Fake(), new Fake());
      for (int i = 0; i < 3; i++) {
        Fake fake = fakes.get(i);
        cache.get(i, () -> fake).close();
      }
      counts(cache, 3, 0, 3, 0);
      cache.get(3, () -> fakes.get(3)).close();
      counts(cache, 3, 0, 4, 1);
      assertThat(fakes.get(0).closed).hasValue(1);
      // A plan that grew is noticed when it is given back; the one used last stays.
      try (PlanCache<Fake>.Lease lease = cache.get(2, Fake::new)) {
        lease.plan().bytes = 1000;
      }
      assertThat(cache.statistics().size()).isEqualTo(1);
      assertThat(cache.statistics().bytes()).isEqualTo(1000);
      fakes.get(2).use();
      cache.get("next", Fake::new).close();
      counts(cache, 1, 1, 5, 4);
    }
  }

  @Test
  void saysWhoIsClosedAndRefusesBuildersThatAskForThemselves() {
    PlanCache<Fake> cache = cache("Owner", 2, 100);
    assertThatThrownBy(() -> cache.get("a", () -> cache.get("a", Fake::new).plan()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("asked for the plan itself");
    assertThatThrownBy(() -> cache.get("a", () -> null)).hasMessageContaining("no plan");
    cache.close();
    assertThatThrownBy(() -> cache.get("a", Fake::new))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Owner is closed");
  }

  /** Asks for key after key from further and further down a stack that then overflows. */
  @SuppressWarnings("InfiniteRecursion") // which is what it is for
  private static int overflow(PlanCache<Fake> cache, AtomicInteger keys, int budget) {
    int left = budget;
    try {
      left = overflow(cache, keys, budget);
    } catch (StackOverflowError e) {
      // as deep as it goes: from here on up there is a little more room for each
    }
    if (left > 0) {
      try {
        cache.get(keys.getAndIncrement(), Fake::new).close();
      } catch (StackOverflowError e) {
        // which must not leave anything behind
      }
    }
    return left - 1;
  }

  /** An error can strike between any two instructions of the cache, and no handler has a stack. */
  @Test
  void noErrorLeavesAKeyThatHangs() throws Exception {
    try (PlanCache<Fake> cache = cache("Deep", 1_000_000, Long.MAX_VALUE);
        ExecutorService pool = Executors.newCachedThreadPool()) {
      AtomicInteger keys = new AtomicInteger();
      for (int round = 0; round < 40; round++) {
        Thread deep = new Thread(null, () -> overflow(cache, keys, 300), "deep", 256 << 10);
        deep.start();
        deep.join(TimeUnit.MINUTES.toMillis(5));
        assertThat(deep.isAlive()).isFalse();
      }
      assertThat(keys.get()).isGreaterThan(1000);
      for (int key = 0; key < keys.get(); key++) {
        Integer asked = key;
        Future<?> user = pool.submit(() -> cache.get(asked, Fake::new).close());
        user.get(5, TimeUnit.MINUTES);
      }
      assertThat(cache.statistics().size()).isEqualTo(keys.get());
    }
  }

  /** Whatever a builder throws reaches those who wait, and the next one builds. */
  @Test
  void errorsAndCheckedExceptionsEndABuildToo() throws Exception {
    for (Throwable thrown :
        List.of(new StackOverflowError(), new OutOfMemoryError("heap"), new Exception("sneaky"))) {
      CountDownLatch go = new CountDownLatch(1);
      try (PlanCache<Fake> cache = cache(2);
          ExecutorService pool = Executors.newFixedThreadPool(2)) {
        List<Future<?>> both = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
          both.add(
              pool.submit(
                  () ->
                      cache.get(
                          "a",
                          () -> {
                            await(go);
                            return PlanCacheTest.<RuntimeException, Fake>sneak(thrown);
                          })));
        }
        while (cache.statistics().hits() < 1) {
          Thread.onSpinWait();
        }
        go.countDown();
        for (Future<?> one : both) {
          assertThatThrownBy(() -> one.get(5, TimeUnit.MINUTES))
              .satisfies(e -> assertThat(e).hasRootCause(thrown));
        }
        cache.get("a", Fake::new).close();
        counts(cache, 1, 1, 1, 0);
      }
    }
  }

  /** Throws anything, as code of other languages does. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable, R> R sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  /** A key, and what it throws when its words are asked for. */
  private record Mute(int number) {
    @Override
    public String toString() {
      throw new IllegalStateException("no words");
    }
  }

  /** The words of a key are for recordings only. */
  @Test
  void aKeyWithoutWordsIsAKey() {
    try (PlanCache<Fake> cache = cache(2)) {
      cache.get(new Mute(1), Fake::new).close();
      cache.get(new Mute(1), Fake::new).close();
      counts(cache, 1, 1, 1, 0);
    }
  }
}
