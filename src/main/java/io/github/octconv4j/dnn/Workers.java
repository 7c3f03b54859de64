package io.github.octconv4j.dnn;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that run the lanes of programs beside the calling one. They spin for a moment after their
 * work, because the next run is often near, and then park. They are shared by all executions and
 * end with the last one: a thread that waits for ever would hold the class loader of this class.
 */
final class Workers {
  private static final System.Logger LOGGER = System.getLogger(Workers.class.getName());

  /** About 50 microseconds. */
  private static final int SPINS = 2_000;

  private static final int LIMIT = 4 * Runtime.getRuntime().availableProcessors();

  /** The last one to become idle first, for it may still be spinning. Guarded by itself. */
  private static final ArrayDeque<Worker> IDLE = new ArrayDeque<>(LIMIT + 1);

  private static int count; // guarded by IDLE
  private static int users; // guarded by IDLE
  private static boolean warned; // guarded by IDLE

  private Workers() {}

  /** Something with a part for each lane. */
  interface Task {
    /** Runs a lane to its end; throws nothing. */
    void runLane(int lane);
  }

  /** A thread that runs one lane at a time. */
  static final class Worker implements Runnable {
    private final Thread thread = LibraryThreads.named("octconv4j-worker-" + count).unstarted(this);

    private int lane;
    private volatile @Nullable Task task;
    private volatile boolean parked;
    private volatile boolean dismissed;

    /** Gives the worker a lane; it must be idle. */
    void start(Task work, int number) {
      lane = number;
      task = work;
      if (parked) {
        LockSupport.unpark(thread);
      }
    }

    /** Ends the thread; the worker must be idle. */
    void dismiss() {
      dismissed = true;
      LockSupport.unpark(thread);
    }

    @Override
    public void run() {
      for (Task work = await(); work != null; work = await()) {
        int number = lane;
        task = null;
        work.runLane(number);
      }
    }

    /** The next task, or null where there will be none. */
    private @Nullable Task await() {
      for (int i = 0; i < SPINS; i++) {
        Task work = task;
        if (work != null) {
          return work;
        }
        Thread.onSpinWait();
      }
      parked = true;
      while (task == null && !dismissed) {
        Thread.interrupted(); // no one has a reason to interrupt a worker, and it must sleep
        LockSupport.park(this);
      }
      parked = false;
      return task;
    }
  }

  /** Counts an execution that may need workers; {@link #leave} ends it. */
  static void join() {
    synchronized (IDLE) {
      users++;
    }
  }

  /** The last execution has no more work: all workers are idle, and end. */
  static void leave() {
    synchronized (IDLE) {
      if (--users == 0) {
        IDLE.forEach(Worker::dismiss);
        count -= IDLE.size();
        IDLE.clear();
      }
    }
  }

  /**
   * Returns an idle worker, or null where there are enough threads already. It belongs to the
   * caller until {@link #release}.
   */
  static @Nullable Worker acquire() {
    synchronized (IDLE) {
      Worker worker = IDLE.pollFirst();
      if (worker == null && count < LIMIT) {
        Worker fresh;
        try {
          fresh = new Worker();
          fresh.thread.start();
        } catch (OutOfMemoryError e) { // the caller does the work alone
          if (!warned) {
            warned = true;
            LOGGER.log(
                Level.WARNING,
                "could not start a worker beside {0} others, so that runs use fewer threads than asked for: {1}",
                Integer.toString(count),
                e.getMessage());
          }
          return null;
        }
        count++;
        worker = fresh;
      }
      return worker;
    }
  }

  /** Returns a worker whose lane has ended. */
  static void release(Worker worker) {
    synchronized (IDLE) {
      IDLE.addFirst(worker);
    }
  }
}
