package io.github.octconv4j.octave.plan;

import io.github.octconv4j.octave.PlanStatistics;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Plans that were built, bounded in number and in bytes, the least recently used dropped first. The
 * one used last stays, however large it is. Of several threads that want the same plan one builds
 * it and the others wait. A plan that is dropped is closed when no one uses it any more.
 * Thread-safe.
 *
 * @param <P> what is cached
 */
public final class PlanCache<P> implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(PlanCache.class.getName());

  private final String owner;
  private final int capacity;
  private final long mostBytes;
  private final ToLongFunction<P> size;
  private final Consumer<P> closing;
  private final LongAdder runs = new LongAdder();

  // All of this is guarded by the cache.
  private final Map<Object, Entry<P>> entries = new HashMap<>();
  private long clock; // of uses
  private long bytes; // of all entries, as they were when they were looked at last
  private long hits;
  private long misses;
  private long evictions;
  private long buildNanos;
  private boolean closed;

  /**
   * A plan, or the place of one. Whoever finds it empty builds, with its monitor held: so however a
   * builder ends, even by an error that leaves no stack for a handler, nobody waits for it.
   */
  private static final class Entry<P> {
    private volatile @Nullable P plan; // written with both monitors held
    private volatile @Nullable Throwable failure; // what its builder threw

    // The rest is guarded by the cache.
    private int users;
    private long lastUse;
    private volatile long bytes;
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
      try {
        long now = size.applyAsLong(plan);
        if (now != entry.bytes) { // more threads than before ran it
          evict(entry, now);
        }
      } catch (OutOfMemoryError e) {
        // of Java's heap: the next one who gives a plan back, or asks for one, drops others
      } finally {
        release(entry);
      }
    }
  }

  /**
   * Makes an empty cache.
   *
   * @param owner what an exception says to be closed, once the cache is
   * @param capacity most plans, at least 1
   * @param mostBytes most bytes of native memory of all plans together, at least 1
   * @param size the bytes of native memory that a plan takes now; they may grow with the number of
   *     threads that run it at once
   * @param closing frees a plan once no execution uses it any more
   */
  public PlanCache(
      String owner, int capacity, long mostBytes, ToLongFunction<P> size, Consumer<P> closing) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1, was " + capacity);
    }
    if (mostBytes < 1) {
      throw new IllegalArgumentException("mostBytes must be at least 1, was " + mostBytes);
    }
    this.owner = Objects.requireNonNull(owner, "owner");
    this.capacity = capacity;
    this.mostBytes = mostBytes;
    this.size = size;
    this.closing = closing;
  }

  /**
   * Returns the plan of a key, building it if need be.
   *
   * @param key anything with value equality
   * @param builder called at most once for the key, without the cache's lock held; must not ask for
   *     the same key. What it throws reaches all who wait for the plan, and the next one who asks
   *     tries anew
   */
  public Lease get(Object key, Supplier<P> builder) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(builder, "builder");
    Entry<P> entry = enter(key);
    try {
      P plan = entry.plan;
      if (plan == null) {
        plan = await(key, entry, builder);
      } else {
        recordHit(key);
      }
      return new Lease(entry, plan);
    } catch (Throwable e) {
      release(entry);
      throw e;
    }
  }

  /** Counts a user of the key's entry, which need not be there before. */
  private Entry<P> enter(Object key) {
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException(owner + " is closed");
      }
      Entry<P> entry = entries.get(key);
      if (entry != null && entry.failure == null) {
        hits++;
      } else {
        entry = new Entry<>();
        entries.put(key, entry);
      }
      clock++;
      entry.lastUse = clock;
      entry.users++; // nothing is called after it: who is counted leaves by get
      return entry;
    }
  }

  /** Builds the plan, or waits for whoever builds it. */
  private P await(Object key, Entry<P> entry, Supplier<P> builder) {
    if (Thread.holdsLock(entry)) {
      throw new IllegalStateException("the builder of a plan asked for the plan itself: " + key);
    }
    P plan;
    synchronized (entry) {
      plan = entry.plan;
      Throwable failure = entry.failure;
      if (plan == null && failure == null) {
        plan = build(key, entry, builder);
      } else {
        recordHit(key);
        if (plan == null) {
          throw asUnchecked(Objects.requireNonNull(failure));
        }
        return plan;
      }
    }
    evict(entry, size.applyAsLong(plan)); // which may close others: nobody has to wait for that
    return plan;
  }

  /** What another thread's builder threw, as this one can throw it. */
  private static RuntimeException asUnchecked(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException e ? e : new CompletionException(failure);
  }

  /** The classes of events are not loaded, which takes a tenth of a start, where nobody records. */
  private void recordHit(Object key) {
    if (FlightRecorder.isInitialized()) {
      PlanCacheHitEvent.record(owner, key);
    }
  }

  /** Builds the plan with the entry's monitor held. */
  private P build(Object key, Entry<P> entry, Supplier<P> builder) {
    PlanCacheMissEvent event = FlightRecorder.isInitialized() ? PlanCacheMissEvent.begun() : null;
    long start = System.nanoTime();
    boolean built = false;
    try {
      P plan = Objects.requireNonNull(builder.get(), "the builder returned no plan");
      synchronized (this) {
        entry.plan = plan;
        misses++;
      }
      built = true;
      return plan;
    } catch (Throwable e) {
      entry.failure = e; // first of all: from here on others try anew
      synchronized (this) {
        entries.remove(key, entry);
        entry.dropped = true;
      }
      throw e;
    } finally {
      long took = System.nanoTime() - start;
      synchronized (this) {
        buildNanos += took;
      }
      if (event != null) {
        event.commit(owner, key, built);
      }
    }
  }

  /** Notes the size of a plan and drops others until the bounds are kept. */
  private void evict(Entry<P> changed, long itsBytes) {
    while (true) {
      Object eldest;
      P unused;
      synchronized (this) {
        if (!changed.dropped) {
          bytes += itsBytes - changed.bytes;
          changed.bytes = itsBytes;
        }
        if (entries.size() <= 1 || (entries.size() <= capacity && bytes <= mostBytes)) {
          return;
        }
        eldest = eldest();
        Entry<P> entry = Objects.requireNonNull(entries.remove(eldest));
        entry.dropped = true;
        bytes -= entry.bytes;
        evictions++;
        unused = entry.users == 0 ? entry.plan : null;
      }
      if (unused != null) {
        closing.accept(unused);
      }
      LOGGER.log(Level.DEBUG, "{0} dropped the plan for {1}", owner, eldest);
    }
  }

  /** The key of the entry that nobody has asked for the longest. */
  private Object eldest() {
    Object eldest = null;
    long lastUse = Long.MAX_VALUE;
    for (Map.Entry<Object, Entry<P>> candidate : entries.entrySet()) {
      if (candidate.getValue().lastUse < lastUse) {
        lastUse = candidate.getValue().lastUse;
        eldest = candidate.getKey();
      }
    }
    return Objects.requireNonNull(eldest);
  }

  /** Ends one use; the last one of a dropped plan closes it. */
  private void release(Entry<P> entry) {
    P unused;
    synchronized (this) {
      entry.users--;
      unused = entry.users == 0 && entry.dropped ? entry.plan : null;
    }
    if (unused != null) {
      closing.accept(unused);
    }
  }

  /** Returns the counters. */
  public PlanStatistics statistics() {
    synchronized (this) {
      return new PlanStatistics(
          entries.size(), bytes, hits, misses, evictions, runs.sum(), buildNanos);
    }
  }

  /** Drops all plans and refuses new ones. */
  @Override
  public void close() {
    try {
      dropAll();
    } catch (OutOfMemoryError e) {
      // of Java's heap: plans that are left are freed when the collector finds them
    }
  }

  private void dropAll() {
    synchronized (this) {
      closed = true; // whatever happens
    }
    List<P> unused = new ArrayList<>();
    synchronized (this) {
      for (Entry<P> entry : entries.values()) {
        entry.dropped = true;
        P plan = entry.plan;
        if (entry.users == 0 && plan != null) {
          unused.add(plan);
        }
      }
      entries.clear();
      bytes = 0;
    }
    unused.forEach(closing);
  }
}
