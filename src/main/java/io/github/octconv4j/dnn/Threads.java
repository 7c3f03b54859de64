package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.loader.NativeLibrary;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * How many threads oneDNN's primitives use when the calling thread makes or runs them: a setting of
 * the OpenMP runtime for each thread, never read from or written to the environment. What the
 * environment limits all the same ({@code OMP_THREAD_LIMIT}, {@code OMP_MAX_ACTIVE_LEVELS}) is
 * kept: a larger number becomes the largest that OpenMP grants, and a warning is logged once. Its
 * own adjustment ({@code OMP_DYNAMIC}) is switched off while oneDNN runs on more than one thread,
 * because kernels share their work among the number that they were made for.
 *
 * <p>It belongs to the thread of the operating system. A virtual thread may move to another one
 * whenever it waits, so that a scope should not last over anything that waits; programs, executions
 * and all that is built upon them set the number for each call and don't depend on it.
 *
 * @since 0.1.0
 */
public final class Threads {
  private static final System.Logger LOGGER = System.getLogger(Threads.class.getName());
  private static final long USUAL_STACK = 8 << 20;
  private static final long LEAST_STACK = 256 << 10; // kernels overflow 16 KiB, which OpenMP allows
  private static final long JOIN_MILLIS = 1_000;

  private static volatile int creatable = 1;
  private static volatile int most = Integer.MAX_VALUE; // that OpenMP grants, as far as is known

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
   * @param threads from 1 to 1024; {@link #current()} then says how many OpenMP grants
   * @throws DnnException with {@link Status#OUT_OF_MEMORY} if the system does not give them
   * @throws EnvironmentException if {@code OMP_STACKSIZE} gives them stacks that are too small
   */
  public static Scope use(int threads) {
    return new Scope(swap(granted(threads)));
  }

  /** Returns how many threads oneDNN gets where it is to have so many. */
  static int granted(int threads) {
    NativeLibrary.load();
    check(threads);
    if (threads > creatable && threads <= most) {
      ask(threads);
    }
    return Math.min(threads, most);
  }

  /** Asks system and OpenMP for so many threads, once for each larger number. */
  private static synchronized void ask(int threads) {
    int wanted = Math.min(threads, OpenMp.limit());
    if (wanted > creatable) {
      requireCreatable(wanted);
      int before = swap(wanted);
      try {
        wanted = OpenMp.teamOf(wanted);
      } finally {
        swap(before);
      }
      creatable = Math.max(creatable, wanted);
    }
    if (wanted < threads) {
      most = wanted;
      LOGGER.log(
          Level.WARNING,
          "OpenMP grants {0} where {1} were asked for, so that oneDNN uses {2}; see OMP_THREAD_LIMIT, OMP_MAX_ACTIVE_LEVELS and KMP_DEVICE_THREAD_LIMIT in the environment",
          wanted + (wanted == 1 ? " thread" : " threads"), // no digits of the user's language
          Integer.toString(threads),
          Integer.toString(wanted));
    }
  }

  /**
   * Throws if the system does not give so many threads with stacks as OpenMP's: where that can't
   * start one it ends the process. The threads have ended when this returns, so that they don't
   * count when OpenMP starts its own.
   */
  private static void requireCreatable(int threads) {
    CountDownLatch end = new CountDownLatch(1);
    List<Thread> trial = new ArrayList<>();
    long stack = stackBytes();
    try {
      while (trial.size() + 1 < threads) {
        trial.add(
            LibraryThreads.named("octconv4j-trial")
                .stackSize(stack)
                .start(() -> awaitQuietly(end)));
      }
    } catch (OutOfMemoryError e) {
      if (NativeMemory.isHeap(e)) {
        throw e;
      }
      throw new DnnException(
          Status.OUT_OF_MEMORY,
          String.format(
              Locale.ROOT,
              "could not use %d threads with stacks of %d bytes: the system gives this process %d more (see ulimit -u, -v, -s, OMP_STACKSIZE and the container's limit of processes)",
              threads,
              stack,
              trial.size()),
          e);
    } finally {
      end.countDown();
      trial.forEach(Threads::awaitEnd);
    }
  }

  private static void awaitEnd(Thread thread) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + JOIN_MILLIS * 1_000_000;
    while (thread.isAlive() && System.nanoTime() < deadline) {
      try {
        thread.join(JOIN_MILLIS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The stack of OpenMP's threads: what its variables say, or else the system's default. */
  private static long stackBytes() {
    for (String variable : List.of("OMP_STACKSIZE", "GOMP_STACKSIZE", "KMP_STACKSIZE")) {
      long bytes = stackBytes(System.getenv(variable));
      if (bytes > 0 && bytes < LEAST_STACK) {
        throw new EnvironmentException(
            String.format(
                Locale.ROOT,
                "%s=%s gives OpenMP's threads stacks of %d bytes; oneDNN needs at least %d: set a larger one, unset it, or use one thread",
                variable,
                System.getenv(variable),
                bytes,
                LEAST_STACK));
      }
      if (bytes > 0) {
        return bytes;
      }
    }
    return Math.max(USUAL_STACK, systemStackBytes());
  }

  /** Returns a size as OpenMP reads it, in kibibytes unless it has a unit; 0 where it is none. */
  static long stackBytes(@Nullable String sizeOrNull) {
    String size = sizeOrNull == null ? "" : sizeOrNull.strip().toUpperCase(Locale.ROOT);
    if (!size.matches("[0-9]{1,18}\\s*[BKMGT]?")) {
      return 0;
    }
    int unit = "BKMGT".indexOf(size.charAt(size.length() - 1));
    long number = Long.parseLong(unit < 0 ? size : size.substring(0, size.length() - 1).strip());
    int shift = 10 * (unit < 0 ? 1 : unit);
    return number > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : number << shift;
  }

  private static long systemStackBytes() {
    try {
      return Files.readAllLines(Path.of("/proc/self/limits")).stream()
          .filter(line -> line.startsWith("Max stack size"))
          .map(line -> line.substring("Max stack size".length()).strip().replaceFirst("\\s.*", ""))
          .filter(soft -> soft.matches("[0-9]{1,18}"))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0; // no Linux
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
    return OpenMp.maxThreads();
  }

  /** Returns {@code threads} if it is from 1 to 1024. */
  public static int check(int threads) {
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException("threads must be 1 to 1024, was " + threads);
    }
    return threads;
  }

  /**
   * Sets the number of threads for the calling thread and returns what was in force, for this
   * method: the number, negative where OpenMP was free to take fewer.
   */
  static int swap(int threads) {
    int before = OpenMp.maxThreads();
    int number = Math.abs(threads);
    if (before != number) {
      OpenMp.setNumThreads(number);
    }
    if (threads < 0) {
      OpenMp.setDynamic(true);
    } else if (threads > 1 && OpenMp.isDynamic()) {
      OpenMp.setDynamic(false);
      return -before;
    }
    return before;
  }
}
