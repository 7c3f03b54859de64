package io.github.octconv4j.cli.serve;

import java.util.concurrent.Semaphore;

/** Bytes that requests may hold together. Thread-safe. */
final class ByteBudget {
  private static final int UNIT = 1024;

  private final Semaphore units;

  ByteBudget(long bytes) {
    this.units = new Semaphore(Math.toIntExact(Math.min(bytes / UNIT + 1, Integer.MAX_VALUE)));
  }

  /** Takes so many bytes until it is closed, or none where there are not so many left. */
  Share take(long bytes) {
    int wanted = Math.toIntExact(bytes / UNIT + 1);
    if (!units.tryAcquire(wanted)) {
      throw new RefusedRequest(503, "too many requests are being read; try again later");
    }
    return () -> units.release(wanted);
  }

  /** What a request holds. */
  interface Share extends AutoCloseable {
    @Override
    void close();
  }
}
