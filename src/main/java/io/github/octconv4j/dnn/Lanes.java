package io.github.octconv4j.dnn;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs the sections of an execution: the calling thread takes the first lane, workers the others,
 * and all meet after each section. Where no workers are to be had the calling thread runs every
 * lane in turn.
 */
final class Lanes implements Workers.Task {
  private static final int SPINS = 100_000;

  private final Stream stream;
  private final List<PreparedSection> sections;
  private final int threads;
  private final Workers.@Nullable Worker[] workers;
  private final Holds holds;

  /** How many times a lane has ended a section, in all runs: a late reader is never led back. */
  private final AtomicLong arrived = new AtomicLong();

  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private long arrivedBefore;
  private volatile int team;
  private long @Nullable [] ends; // when each section ended, if anybody wants to know
  private PrimitiveEvent @Nullable [][][] events; // of each step, if a recording wants them

  Lanes(Stream stream, List<PreparedSection> sections, int threads, Holds holds) {
    this.stream = stream;
    this.sections = sections;
    this.threads = threads;
    this.holds = holds;
    int most = sections.stream().mapToInt(section -> section.lanes().size()).max().orElse(1);
    this.workers = new Workers.Worker[most - 1];
  }

  /**
   * Runs everything; the caller keeps all of it alive.
   *
   * @param recorded the events of the steps, as the steps are, or null
   */
  void run(int lanes, PrimitiveEvent @Nullable [][][] recorded) {
    if (lanes > 1) {
      Headroom.require(); // helpers would wait for ever for a caller without a stack
    }
    events = recorded;
    int helpers = acquire(lanes - 1);
    failure.set(null);
    arrivedBefore = arrived.get();
    team = helpers + 1; // publishes the above to the workers
    for (int i = 0; i < helpers; i++) {
      workers[i].start(this, i + 1);
    }
    runSections(0);
    release(helpers);
    Throwable e = failure.get();
    if (e instanceof Error error) {
      throw error;
    } else if (e != null) {
      throw (RuntimeException) e;
    }
  }

  /** Runs every step by itself and returns the median times in nanoseconds. */
  long[] profile(int runs) {
    List<PreparedStep> steps = sections.stream().flatMap(PreparedSection::steps).toList();
    long[][] times = new long[steps.size()][runs];
    int threadsBefore = Threads.swap(threads);
    try {
      for (int r = 0; r < runs; r++) {
        for (int i = 0; i < steps.size(); i++) {
          long start = System.nanoTime();
          steps.get(i).execute(stream.handle(), holds);
          times[i][r] = System.nanoTime() - start;
        }
      }
    } finally {
      Threads.swap(threadsBefore);
    }
    return medians(times, runs);
  }

  /** Runs everything several times and returns the median time of each section in nanoseconds. */
  long[] profileSections(int lanes, int runs) {
    long[][] times = new long[sections.size()][runs];
    ends = new long[sections.size()];
    try {
      for (int r = 0; r < runs; r++) {
        long before = System.nanoTime();
        run(lanes, null);
        for (int s = 0; s < ends.length; s++) {
          times[s][r] = ends[s] - before;
          before = ends[s];
        }
      }
    } finally {
      ends = null;
    }
    return medians(times, runs);
  }

  private static long[] medians(long[][] times, int runs) {
    long[] medians = new long[times.length];
    for (int i = 0; i < medians.length; i++) {
      Arrays.sort(times[i]);
      medians[i] = times[i][runs / 2];
    }
    return medians;
  }

  /** All the workers that are needed, or none. */
  private int acquire(int wanted) {
    int count = 0;
    try {
      while (count < wanted) {
        workers[count] = Workers.acquire();
        if (workers[count] == null) {
          break;
        }
        count++;
      }
      return count == wanted ? wanted : 0;
    } finally {
      if (count < wanted) { // also where there was no memory to say that there are no more
        release(count);
      }
    }
  }

  private void release(int count) {
    for (int i = 0; i < count; i++) {
      Workers.release(workers[i]);
      workers[i] = null;
    }
  }

  @Override
  public void runLane(int lane) {
    runSections(lane);
  }

  /**
   * Sets the number of OpenMP threads, which is the system thread's, and restores it before
   * anything that waits: a virtual thread may be on another system thread afterwards.
   */
  private void runSections(int lane) {
    int size = team;
    long before = arrivedBefore;
    if (size == 1) {
      runSections(0, sections.size(), lane, size);
      return;
    }
    for (int s = 0; s < sections.size(); s++) {
      runSections(s, s + 1, lane, size);
      meet(before + (s + 1L) * size);
      noteEnd(lane, s);
    }
  }

  /** Runs a lane of some sections. What fails is noted: others wait for the lane in any case. */
  private void runSections(int first, int end, int lane, int size) {
    try {
      int threadsBefore = Threads.swap(threads);
      for (int s = first; s < end; s++) {
        runSection(s, lane, size);
        if (size == 1) {
          noteEnd(lane, s);
        }
      }
      Threads.swap(threadsBefore);
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }

  private void noteEnd(int lane, int section) {
    if (lane == 0 && ends != null) {
      ends[section] = System.nanoTime();
    }
  }

  private void runSection(int section, int lane, int size) {
    List<List<PreparedStep>> lanes = sections.get(section).lanes();
    for (int l = lane; l < lanes.size(); l += size) {
      runSteps(lanes.get(l), events == null ? null : events[section][l]);
    }
  }

  private void runSteps(List<PreparedStep> steps, PrimitiveEvent @Nullable [] recorded) {
    if (failure.get() != null) {
      return;
    }
    try {
      for (int i = 0; i < steps.size(); i++) { // no iterator: a run allocates nothing
        if (recorded == null) {
          steps.get(i).execute(stream.handle(), holds);
        } else {
          recorded[i].begin();
          steps.get(i).execute(stream.handle(), holds);
          recorded[i].end();
          recorded[i].commit();
        }
      }
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }

  /** Waits until that many lanes have arrived in all. */
  private void meet(long all) {
    arrived.incrementAndGet();
    int spins = 0;
    while (arrived.get() < all) {
      if (spins < SPINS) {
        spins++;
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(10_000); // the others were taken off their processors
      }
    }
  }
}
