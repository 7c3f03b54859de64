package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.dnn.loader.NativeLibrary;

/**
 * How many threads oneDNN's primitives use when the calling thread makes or runs them: a setting of
 * the bundled OpenMP runtime for each thread, never read from or written to the environment.
 */
public final class Threads {
  private Threads() {}

  /** A number of threads in force for the calling thread until it is closed. */
  public static final class Scope implements AutoCloseable {
    private final int before;

    private Scope(int before) {
      this.before = before;
    }

    /** Restores what was in force before. Must be called on the thread that opened the scope. */
    @Override
    public void close() {
      swap(before);
    }
  }

  /**
   * Sets the number of threads for the calling thread.
   *
   * @param threads from 1 to 1024
   */
  public static Scope use(int threads) {
    NativeLibrary.load();
    return new Scope(swap(check(threads)));
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
