package io.github.octconv4j.bench.compare;

import io.github.octconv4j.bench.kernel.NativeOctave;
import io.github.octconv4j.octave.OctaveExecution;
import io.github.octconv4j.octave.OctaveTensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How fast several threads together run one plan, each with an execution and data of its own.
 *
 * @param microseconds wall time over all threads' runs, the median of several measurements
 * @param spread distance of the largest and the smallest as a share of the median
 */
record Throughput(double microseconds, double spread) {
  private static final long NANOS = 200_000_000;

  static Throughput measure(NativeOctave kernel, int threads, int times) {
    double[] all = new double[times];
    once(kernel, threads); // warm-up
    for (int i = 0; i < times; i++) {
      all[i] = once(kernel, threads);
    }
    Arrays.sort(all);
    double median = all[times / 2];
    return new Throughput(median, (all[times - 1] - all[0]) / median);
  }

  private static double once(NativeOctave kernel, int threads) {
    CountDownLatch ready = new CountDownLatch(threads);
    CountDownLatch go = new CountDownLatch(1);
    AtomicLong runs = new AtomicLong();
    List<Thread> team = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      team.add(Thread.ofPlatform().start(() -> runs.addAndGet(work(kernel, ready, go))));
    }
    await(ready);
    long begin = System.nanoTime();
    go.countDown();
    for (Thread thread : team) {
      join(thread);
    }
    return (System.nanoTime() - begin) / 1e3 / runs.get();
  }

  private static long work(NativeOctave kernel, CountDownLatch ready, CountDownLatch go) {
    try (Arena arena = Arena.ofConfined();
        OctaveExecution execution = kernel.plan().newExecution()) {
      OctaveTensor x = kernel.newInput(arena);
      OctaveTensor y = kernel.newOutput(arena);
      execution.run(x, y);
      ready.countDown();
      await(go);
      long end = System.nanoTime() + NANOS;
      long runs = 0;
      for (; System.nanoTime() < end; runs++) {
        execution.run(x, y);
      }
      return runs;
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
