package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.dnn.loader.NativeLibrary;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * How many threads oneDNN's primitives use when the calling thread makes or runs them: a setting of
 * the bundled OpenMP runtime for each thread, never read from or written to the environment.
 *
 * <p>It belongs to the thread of the operating system. A virtual thread may move to another one
 * whenever it waits, so that a scope should not last over anything that waits; programs, executions
 * and all that is built upon them set the number for each call and don't depend on it.
 *
 * @since 0.1.0
 */
public final class Threads {
  private static final long STACK = 8 << 20; // as OpenMP's

  private static volatile int creatable = 1;

  private Threads() {}

  /** A number of threads in force for the calling thread until it is closed. */
  public static final class Scope implements AutoCloseable {
    private final int before;
    private final Thread thread = Thread.currentThread();
    private boolean closed;

    private Scope(int before) {
      this.before = before;
    }

    /**
     * Restores what was in force before; the second time does nothing.
     *
     * @throws IllegalStateException on another thread than the one that opened the scope
     */
    @Override
    public void close() {
      if (Thread.currentThread() != thread) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "the number of threads was set by %s and can be restored by it only, not by %s",
                thread,
                Thread.currentThread()));
      }
      if (!closed) {
        closed = true;
        swap(before);
      }
    }
  }

  /**
   * Sets the number of threads for the calling thread.
   *
   * @param threads from 1 to 1024
   */
  public static Scope use(int threads) {
    NativeLibrary.load();
    requireCreatable(check(threads));
    return new Scope(swap(threads));
  }

  /**
   * Throws if the system does not give so many threads: where OpenMP can't start one it ends the
   * process. Asked once for each larger number.
   */
  private static void requireCreatable(int threads) {
    if (threads <= creatable) {
      return;
    }
    synchronized (Threads.class) {
      CountDownLatch end = new CountDownLatch(1);
      int started = 1;
      try {
        for (; started < threads; started++) {
          LibraryThreads.named("octconv4j-trial").stackSize(STACK).start(() -> awaitQuietly(end));
        }
        creatable = Math.max(creatable, threads);
      } catch (OutOfMemoryError e) {
        throw new DnnException(
            Status.OUT_OF_MEMORY,
            String.format(
                Locale.ROOT,
                "could not use %d threads: the system gives this process %d more (see ulimit -u, -v and the container's limit of processes)",
                threads,
                started - 1),
            e);
      } finally {
        end.countDown();
      }
    }
  }

  private static void awaitQuietly(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // and ends
    }
  }

  /** Returns the number of threads in force for the calling thread. */
  public static int current() {
    NativeLibrary.load();
    return dnnl_h.omp_get_max_threads();
  }

  /** Returns {@code threads} if it is from 1 to 1024. */
  public static int check(int threads) {
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException("threads must be 1 to 1024, was " + threads);
    }
    return threads;
  }

  /** Sets the number of threads for the calling thread and returns what it was. */
  static int swap(int threads) {
    int before = dnnl_h.omp_get_max_threads();
    if (before != threads) {
      dnnl_h.omp_set_num_threads(threads);
    }
    return before;
  }
}
