package io.github.octconv4j.octave;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Plans that were built, bounded in number and in bytes, the least recently used dropped first. The
 * one used last stays, however large it is. Of several threads that want the same plan one builds
 * it and the others wait. A plan that is dropped is closed when no one uses it any more.
 * Thread-safe.
 *
 * @param <P> what is cached
 * @since 0.1.0
 */
public final class PlanCache<P extends Plan> implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(PlanCache.class.getName());

  private final String owner;
  private final int capacity;
  private final long mostBytes;
  private final LinkedHashMap<Object, Entry<P>> entries = new LinkedHashMap<>(16, 0.75f, true);
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder evictions = new LongAdder();
  private final LongAdder runs = new LongAdder();
  private final LongAdder buildNanos = new LongAdder();
  private long bytes; // of all entries, as they were when they were looked at last
  private boolean closed;

  /** A plan, perhaps still being built, and how many use it. Guarded by the cache. */
  private static final class Entry<P> {
    private final CompletableFuture<P> plan = new CompletableFuture<>();
    private final Thread builder = Thread.currentThread();
    private int users = 1; // the one who builds it
    private volatile long bytes; // written by the cache with its lock held
    private boolean dropped;
  }

  /** The right to use a plan until it is closed. */
  public final class Lease implements AutoCloseable {
    private final Entry<P> entry;
    private final P plan;
    private boolean returned;

    private Lease(Entry<P> entry, P plan) {
      this.entry = entry;
      this.plan = plan;
    }

    /** Returns the plan. */
    public P plan() {
      return plan;
    }

    /** Counts a run of the plan; whoever runs it says so. */
    public void countRun() {
      runs.increment();
    }

    /** Gives the plan back. */
    @Override
    public void close() {
      synchronized (PlanCache.this) {
        if (returned) {
          return;
        }
        returned = true;
      }
      long now = plan.bytes();
      if (now != entry.bytes) { // more threads than before ran it
        evict(entry, now);
      }
      release(entry);
    }
  }

  /**
   * What the cache did so far.
   *
   * @param size plans in the cache
   * @param bytes their native memory
   * @param hits requests that found a plan, or one being built
   * @param misses requests that built one; those that were refused, or failed, are not counted
   * @param evictions plans dropped for others
   * @param runs of all plans, also of those that were dropped since
   * @param buildNanos time spent building, in nanoseconds, also where that failed
   */
  public record Statistics(
      int size, long bytes, long hits, long misses, long evictions, long runs, long buildNanos) {}

  /** Makes an empty cache of at most {@code capacity} plans, at least 1, of any size. */
  public PlanCache(int capacity) {
    this("PlanCache", capacity, Long.MAX_VALUE);
  }

  /**
   * Makes an empty cache.
   *
   * @param owner what an exception says to be closed, once the cache is
   * @param capacity most plans, at least 1
   * @param mostBytes most bytes of native memory of all plans together, at least 1
   */
  public PlanCache(String owner, int capacity, long mostBytes) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1, was " + capacity);
    }
    if (mostBytes < 1) {
      throw new IllegalArgumentException("mostBytes must be at least 1, was " + mostBytes);
    }
    this.owner = Objects.requireNonNull(owner, "owner");
    this.capacity = capacity;
    this.mostBytes = mostBytes;
  }

  /**
   * Returns the plan of a key, building it if need be.
   *
   * @param key anything with value equality
   * @param builder called at most once for the key, without a lock held; must not ask for the same
   *     key
   */
  public Lease get(Object key, Supplier<P> builder) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(builder, "builder");
    Entry<P> entry;
    boolean build = false;
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException(owner + " is closed");
      }
      entry = entries.get(key);
      if (entry == null) {
        entry = new Entry<>();
        entries.put(key, entry);
        build = true;
      } else if (entry.builder == Thread.currentThread() && !entry.plan.isDone()) {
        throw new IllegalStateException("the builder of a plan asked for the plan itself: " + key);
      } else {
        entry.users++;
      }
    }
    if (build) {
      build(key, entry, builder);
    } else {
      hits.increment();
      PlanCacheHitEvent.record(owner, key);
    }
    try {
      return new Lease(entry, entry.plan.join());
    } catch (CompletionException e) {
      release(entry);
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw (Error) e.getCause();
    }
  }

  private void build(Object key, Entry<P> entry, Supplier<P> builder) {
    PlanCacheMissEvent event = new PlanCacheMissEvent();
    event.begin();
    long start = System.nanoTime();
    try {
      P plan = Objects.requireNonNull(builder.get(), "the builder returned no plan");
      misses.increment(); // before anyone can have the plan
      entry.plan.complete(plan);
      evict(entry, plan.bytes());
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        entries.remove(key, entry);
        entry.dropped = true;
      }
      entry.plan.completeExceptionally(e);
    } finally {
      buildNanos.add(System.nanoTime() - start);
      event.commit(owner, key, !entry.plan.isCompletedExceptionally());
    }
  }

  /** Notes the size of a plan and drops others until the bounds are kept. */
  private void evict(Entry<P> changed, long itsBytes) {
    while (true) {
      Entry<P> eldest;
      Map.Entry<Object, Entry<P>> first;
      synchronized (this) {
        if (!changed.dropped) {
          bytes += itsBytes - changed.bytes;
          changed.bytes = itsBytes;
        }
        if (entries.size() <= 1 || (entries.size() <= capacity && bytes <= mostBytes)) {
          return;
        }
        first = entries.entrySet().iterator().next();
        entries.remove(first.getKey());
        eldest = first.getValue();
        eldest.dropped = true;
        eldest.users++;
        bytes -= eldest.bytes;
      }
      evictions.increment();
      LOGGER.log(Level.DEBUG, "{0} dropped the plan for {1}", owner, first.getKey());
      release(eldest);
    }
  }

  /** Ends one use; the last one of a dropped plan closes it. */
  private void release(Entry<P> entry) {
    synchronized (this) {
      entry.users--;
      if (entry.users > 0 || !entry.dropped) {
        return;
      }
    }
    if (!entry.plan.isCompletedExceptionally()) {
      entry.plan.join().close();
    }
  }

  /** Returns the counters. */
  public Statistics statistics() {
    synchronized (this) {
      return new Statistics(
          entries.size(),
          bytes,
          hits.sum(),
          misses.sum(),
          evictions.sum(),
          runs.sum(),
          buildNanos.sum());
    }
  }

  /** Drops all plans and refuses new ones. */
  @Override
  public void close() {
    List<Entry<P>> dropped;
    synchronized (this) {
      closed = true;
      dropped = new ArrayList<>(entries.values());
      entries.clear();
      bytes = 0;
      for (Entry<P> entry : dropped) {
        entry.dropped = true;
        entry.users++;
      }
    }
    for (Entry<P> entry : dropped) {
      release(entry);
    }
  }
}
