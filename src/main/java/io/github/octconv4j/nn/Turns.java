package io.github.octconv4j.nn;

import io.github.octconv4j.nn.RunRejectedException.Reason;
import io.github.octconv4j.text.Printable;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Lets so many tasks run at once as the machine can serve, and the others wait in the order in
 * which they came. A task of a virtual thread runs on a platform thread of this class: native code
 * holds its carrier, of which there are few, and would keep all other virtual threads from running.
 * Such threads end a moment after their last task. Thread-safe.
 */
final class Turns {
  private static final long LINGER_MILLIS = 1_000;

  private final String network;
  private final int most;
  private final Duration patience;
  private final Semaphore free;
  private final ThreadPoolExecutor carriers;
  private final Set<Thread> holders = ConcurrentHashMap.newKeySet();
  private final Stopwatch waiting = new Stopwatch();
  private final Stopwatch running = new Stopwatch();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder failed = new LongAdder();

  Turns(String network, NetworkOptions options) {
    this.network = network;
    this.most = options.runsAtOnce();
    this.patience = options.patience();
    this.free = new Semaphore(most, true);
    this.carriers =
        new ThreadPoolExecutor(
            most,
            most,
            LINGER_MILLIS,
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            // Nothing of the thread that happens to come first is taken over.
            Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false)
                .name("octconv4j-run-", 0)
                .factory());
    carriers.allowCoreThreadTimeOut(true);
  }

  /**
   * Runs a task when its turn has come. Inside of a task its thread has its turn already.
   *
   * @throws RunRejectedException if the turn does not come in time or the thread is interrupted
   *     while it waits; where a turn is free, no interrupt is looked at
   */
  <T> T take(Supplier<T> task) {
    if (holders.contains(Thread.currentThread())) {
      return task.get();
    }
    long start = System.nanoTime();
    acquire();
    try {
      waiting.count(System.nanoTime() - start);
      return Thread.currentThread().isVirtual() ? onCarrier(task) : timed(task);
    } finally {
      free.release();
    }
  }

  private void acquire() {
    if (!free.hasQueuedThreads() && free.tryAcquire()) {
      return;
    }
    try {
      if (patience.equals(NetworkOptions.FOREVER)) {
        free.acquire();
      } else if (!free.tryAcquire(nanos(patience), TimeUnit.NANOSECONDS)) {
        throw rejected(
            Reason.DEADLINE,
            String.format(
                Locale.ROOT,
                "its turn did not come within %s, %d runs are under way at once; ask again later, or for more patience",
                patience,
                most));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw rejected(Reason.INTERRUPTED, "the thread was interrupted while it waited for its turn");
    }
  }

  private static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) { // more than 292 years
      return Long.MAX_VALUE;
    }
  }

  private RunRejectedException rejected(Reason reason, String why) {
    rejected.increment();
    return new RunRejectedException(
        reason,
        String.format(
            Locale.ROOT, "network %s: a run was not begun: %s", Printable.text(network), why));
  }

  private <T> T timed(Supplier<T> task) {
    Thread thread = Thread.currentThread();
    holders.add(thread);
    long start = System.nanoTime();
    boolean ended = false;
    try {
      T result = task.get();
      ended = true;
      return result;
    } finally {
      holders.remove(thread);
      running.count(System.nanoTime() - start);
      if (!ended) {
        failed.increment();
      }
    }
  }

  /** Has a platform thread run the task; what has begun ends, whatever interrupts this thread. */
  private <T> T onCarrier(Supplier<T> task) {
    FutureTask<T> run = new FutureTask<>(() -> timed(task));
    carriers.execute(run);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return run.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw unchecked(Objects.requireNonNull(e.getCause()));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What a supplier threw. */
  private static RuntimeException unchecked(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException e ? e : new CompletionException(thrown);
  }

  int most() {
    return most;
  }

  int runningNow() {
    return most - free.availablePermits();
  }

  int waitingNow() {
    return free.getQueueLength();
  }

  long rejectedRuns() {
    return rejected.sum();
  }

  long failedRuns() {
    return failed.sum();
  }

  Latencies waiting() {
    return waiting.latencies();
  }

  Latencies running() {
    return running.latencies();
  }
}
