package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Native memory that an object of the library owns, counted. The garbage collector does not see it:
 * forgotten objects are small on its heap, and hold megabytes. So it is asked for a collection when
 * all that is owned has doubled since the last one, and when the system gives no more.
 *
 * <p>Thread-safe.
 */
final class OwnedMemory implements SegmentAllocator {
  /** No collection before so much is owned. */
  private static final long FIRST = Math.min(Runtime.getRuntime().maxMemory(), 1L << 30);

  private static final long MOST_MILLIS = 2_000; // for freeing what a collection found

  /** What asks for many times more than all that is owned gains nothing from a collection. */
  private static final int HOPELESS = 16;

  private static final AtomicLong TOTAL = new AtomicLong();
  private static volatile long threshold = FIRST; // written with the class's monitor held

  private final Arena arena = Arena.ofShared();
  private final AtomicLong bytes = new AtomicLong();

  /**
   * Allocates zeros, aligned to cache lines, which live until {@link #close}.
   *
   * @param what for the message, where there is not so much memory
   */
  MemorySegment allocate(long size, Object what) {
    if (TOTAL.get() >= threshold) {
      collect();
    }
    FreedMemory.link();
    MemorySegment segment = NativeMemory.allocate(arena, size, what);
    bytes.addAndGet(size);
    TOTAL.addAndGet(size);
    return segment;
  }

  /** Allocates zeros for a small structure. */
  @Override
  public MemorySegment allocate(long size, long alignment) {
    return allocate(size, "a structure of an execution");
  }

  /** Returns a new tensor of zeros. */
  Tensor tensor(MemoryDesc desc) {
    return new Tensor(desc, allocate(Math.max(1, desc.bytes()), desc));
  }

  /**
   * Frees everything, and gives much memory back to the system.
   *
   * @throws IllegalStateException if native code reads it, and all stays
   */
  void close() {
    arena.close();
    long freed = bytes.getAndSet(0);
    TOTAL.addAndGet(-freed);
    FreedMemory.giveBack(freed);
  }

  /** Others who want memory meanwhile wait here, so that they don't outrun the collection. */
  private static synchronized void collect() {
    if (TOTAL.get() >= threshold) { // nobody else was faster
      reclaim();
      threshold = Math.max(FIRST, 2 * TOTAL.get());
    }
  }

  /**
   * Frees what was forgotten, where the system did not give some memory.
   *
   * @return whether another try may do
   */
  static boolean reclaimFor(long size) {
    return size / HOPELESS < TOTAL.get() && reclaim();
  }

  /** Returns whether anything was freed. */
  private static boolean reclaim() {
    long before = TOTAL.get();
    System.gc();
    Forgotten.freeFound(MOST_MILLIS);
    return TOTAL.get() < before;
  }

  /** The bytes of all that is owned. */
  static long total() {
    return TOTAL.get();
  }
}
