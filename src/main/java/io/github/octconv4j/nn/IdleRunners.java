package io.github.octconv4j.nn;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Predictors and the like that wait for their next use, bounded in number and in bytes: those that
 * nobody has used the longest are closed first, and the one used last stays. Thread-safe.
 *
 * @param <R> what waits
 */
final class IdleRunners<R extends IdleRunners.Runner> implements AutoCloseable {
  private final int most;
  private final long mostBytes;
  private final ArrayDeque<Idle<R>> idle; // the one used last first; guarded by itself
  private long bytes; // of all that wait; guarded by idle
  private volatile boolean closed;

  /** What runs one thing at a time. */
  interface Runner extends AutoCloseable {
    /** Bytes of native memory that it has for itself. */
    long bytes();

    @Override
    void close();
  }

  private record Idle<R>(Object key, R runner, long bytes) {}

  IdleRunners(int most, long mostBytes) {
    this.most = most;
    this.mostBytes = mostBytes;
    this.idle = new ArrayDeque<>(most + 1);
  }

  /** Takes one out, or returns null where none waits under that key. */
  @Nullable R poll(Object key) {
    synchronized (idle) {
      for (Iterator<Idle<R>> all = idle.iterator(); all.hasNext(); ) {
        Idle<R> each = all.next();
        if (each.key().equals(key)) {
          all.remove();
          bytes -= each.bytes();
          return each.runner();
        }
      }
      return null;
    }
  }

  /**
   * Takes over a runner that is not used any more, and closes it or others where there are many.
   */
  void offer(Object key, R runner) {
    try {
      if (!closed) {
        Idle<R> added = new Idle<>(key, runner, runner.bytes());
        synchronized (idle) {
          idle.addFirst(added);
          bytes += added.bytes();
        }
      } else {
        runner.close();
      }
    } catch (OutOfMemoryError e) { // of Java's heap
      runner.close();
    }
    for (R eldest = superfluous(); eldest != null; eldest = superfluous()) {
      eldest.close();
    }
  }

  private @Nullable R superfluous() {
    synchronized (idle) {
      boolean keep = closed ? idle.isEmpty() : idle.size() <= most && bytes <= mostBytes;
      if (keep || (!closed && idle.size() == 1)) {
        return null;
      }
      Idle<R> eldest = idle.removeLast();
      bytes -= eldest.bytes();
      return eldest.runner();
    }
  }

  /** Closes all that wait, and from now on all that are offered. */
  @Override
  public void close() {
    closed = true;
    try {
      for (R each = superfluous(); each != null; each = superfluous()) {
        each.close();
      }
    } catch (OutOfMemoryError e) {
      // of Java's heap: those that are left are freed when the collector finds them
    }
  }
}
