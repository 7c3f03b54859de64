package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.CpuIsa;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has the native library opened on a thread of its own while a network's file is read, where a
 * processor is free for it. Whoever needs the library waits for that, and learns what went wrong.
 */
final class EarlyLibrary {
  private static final AtomicBoolean BEGUN = new AtomicBoolean();

  private EarlyLibrary() {}

  /** Begins at the first call, and returns at once. */
  static void open() {
    if (!BEGUN.getPlain()
        && BEGUN.compareAndSet(false, true)
        && Runtime.getRuntime().availableProcessors() > 1) {
      try {
        new Opener().start();
      } catch (OutOfMemoryError e) {
        // no thread to be had: it is opened where it is needed
      }
    }
  }

  /** A class, for a process has to make one of a lambda. */
  private static final class Opener extends Thread {
    Opener() {
      super(null, null, "octconv4j-opener", 0, false);
      setDaemon(true);
      setContextClassLoader(null); // it keeps no application's
    }

    @Override
    public void run() {
      try {
        CpuIsa.name();
      } catch (RuntimeException | Error e) {
        // Whoever needs the library meets it again. Thrown here it would reach a handler of
        // exceptions that nobody catches, which may end the process.
      }
    }
  }
}
