package io.github.octconv4j.dnn;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * Objects that may be forgotten: what is left of one is freed after the garbage collector found it.
 * A thread does that, and so does each caller that makes another object, for two: however many
 * threads forget, none of them outruns it.
 *
 * <p>The thread ends about a second after the last object is gone, closed or freed: one that waits
 * for ever would hold the class loader of this class. Closing allocates nothing, so that it goes
 * well on a heap that is full.
 */
final class Forgotten {
  private static final long LINGER_MILLIS = 1_000;
  private static final long PATIENCE_MILLIS = 60_000; // it is woken before
  private static final long LULL_MILLIS = 20;
  private static final int SHARE = 2;

  private static final ReferenceQueue<Object> FOUND = new ReferenceQueue<>();
  private static final Object LOCK = new Object();

  private static @Nullable Entry newest; // of a list of all; guarded by LOCK
  private static boolean running; // the thread; guarded by LOCK

  private Forgotten() {}

  /** An object that is not closed yet. The list of all keeps entries reachable. */
  static final class Entry extends PhantomReference<Object> {
    private final Runnable remains;

    // All of this is guarded by LOCK.
    private @Nullable Entry newer;
    private @Nullable Entry older;
    private boolean listed;

    private Entry(Object owner, Runnable remains) {
      super(owner, FOUND);
      this.remains = remains;
    }

    /** Says that nothing is to be done for the object any more: it was closed, or has an owner. */
    void drop() {
      boolean last;
      synchronized (LOCK) {
        last = unlink() && newest == null;
      }
      if (last) {
        enqueue(); // wakes the thread, which finds nothing to do
      } else {
        clear();
      }
    }

    private void link() {
      older = newest;
      if (older != null) {
        older.newer = this;
      }
      newest = this;
      listed = true;
    }

    /** Takes the entry out of the list; whether it was there. */
    private boolean unlink() {
      if (!listed) {
        return false;
      }
      listed = false;
      if (newer == null) {
        newest = older;
      } else {
        newer.older = older;
      }
      if (older != null) {
        older.newer = newer;
      }
      newer = null;
      older = null;
      return true;
    }
  }

  /**
   * Notes an object.
   *
   * @param owner the object
   * @param remains frees what is left of it, where nobody calls {@link Entry#drop}; must not know
   *     the object
   */
  static Entry track(Object owner, Runnable remains) {
    for (int i = 0; i < SHARE; i++) {
      Reference<?> found = FOUND.poll();
      if (found != null) {
        free(found);
      }
    }
    Entry entry = new Entry(owner, remains);
    synchronized (LOCK) {
      entry.link();
      if (!running) {
        running = start();
      }
    }
    return entry;
  }

  /**
   * Whether the system gives a thread; if not, callers do its work, and the next one tries again.
   */
  private static boolean start() {
    try {
      LibraryThreads.named("octconv4j-forgotten").start(Forgotten::await);
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  private static void await() {
    while (true) {
      try {
        Reference<?> found = FOUND.remove(isEmpty() ? LINGER_MILLIS : PATIENCE_MILLIS);
        if (found != null) {
          free(found);
        } else if (ends()) {
          return;
        }
      } catch (InterruptedException | OutOfMemoryError e) {
        // no one has a reason to interrupt it, and there may be memory again
      }
    }
  }

  private static boolean isEmpty() {
    synchronized (LOCK) {
      return newest == null;
    }
  }

  private static boolean ends() {
    synchronized (LOCK) {
      running = newest != null;
      return !running;
    }
  }

  /** Frees what is left of an object, unless it was closed meanwhile. */
  private static void free(Reference<?> found) {
    Entry entry = (Entry) found;
    boolean forgotten;
    synchronized (LOCK) {
      forgotten = entry.unlink();
    }
    if (forgotten) {
      try {
        entry.remains.run();
      } catch (RuntimeException | Error e) {
        // of somebody else's object, or of a logger: not the business of whoever is here
      }
    }
  }

  /**
   * Frees what a garbage collection that just ended has found, as far as that takes no more than
   * some milliseconds to be said.
   *
   * @param mostMillis after which it stops in any case
   */
  static void freeFound(long mostMillis) {
    boolean interrupted = false;
    long end = System.nanoTime() + mostMillis * 1_000_000;
    boolean more = true;
    while (more && System.nanoTime() < end) {
      try {
        Reference<?> found = FOUND.remove(LULL_MILLIS);
        more = found != null;
        if (found != null) {
          free(found);
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
