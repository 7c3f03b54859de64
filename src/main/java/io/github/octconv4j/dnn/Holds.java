package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.dnn.loader.Downcall;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * The user's memory that primitives read and write, kept from being freed while one runs.
 *
 * <p>oneDNN learns the addresses long before a run, so that the JVM does not see which memory a
 * call uses, and another thread could close its shared arena meanwhile. The JVM does hold the arena
 * of every segment that is an argument of a call. So the segments are passed once more, as pointers
 * behind the last parameter of {@code dnnl_primitive_execute}: in the calling conventions of all
 * five platforms the caller removes arguments, and a function never looks at more than it declares.
 * Closing the arena during the call then throws in the thread that tries.
 *
 * <p>Not thread-safe while it changes.
 */
final class Holds {
  private static final int MOST = 8;

  /** For how many the shorter call has room. */
  private static final int FEW = 2;

  /** Confined arenas are not accessible from it, and need no hold: their owner is in the run. */
  private static final Thread STRANGER =
      LibraryThreads.named("octconv4j-stranger").unstarted(() -> {});

  private final MemorySegment[] segments = new MemorySegment[MOST];
  private int count;

  Holds() {
    clear();
  }

  void clear() {
    for (int i = 0; i < MOST; i++) {
      segments[i] = MemorySegment.NULL;
    }
    count = 0;
  }

  /**
   * Adds memory that must not be freed.
   *
   * @throws IllegalStateException if it belongs to a ninth arena
   */
  void add(MemorySegment segment) {
    if (!segment.isAccessibleBy(STRANGER)) {
      return;
    }
    for (int i = 0; i < count; i++) {
      if (segments[i].scope().equals(segment.scope())) {
        return;
      }
    }
    if (count == MOST) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "the tensors of a run may belong to at most %d arenas that other threads can close",
              MOST));
    }
    segments[count++] = segment;
  }

  /**
   * Runs a primitive and returns oneDNN's status.
   *
   * @param arguments how many, as {@link Downcall#word} has it
   */
  int execute(
      MemorySegment primitive, MemorySegment stream, MemorySegment arguments, MemorySegment array) {
    MemorySegment[] s = segments;
    MemorySegment function = dnnl_h.dnnl_primitive_execute$address();
    if (count <= FEW) {
      return (int) Downcall.call(function, primitive, stream, arguments, array, s[0], s[1]);
    }
    MemorySegment none = Downcall.NONE;
    return (int)
        Downcall.call(
            function, primitive, stream, arguments, array, s[0], s[1], s[2], s[3], s[4], s[5], s[6],
            s[7], none, none);
  }
}
