package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/** Memory that calls into oneDNN read and write: tensors, arrays and strings. */
final class NativeMemory {
  private NativeMemory() {}

  /**
   * Allocates zeros, aligned to cache lines.
   *
   * @param what for the message, where there is not so much memory
   */
  static MemorySegment allocate(Arena arena, long bytes, Object what) {
    try {
      return allocateOrReclaim(arena, bytes);
    } catch (OutOfMemoryError e) {
      if (isHeap(e)) {
        throw e;
      }
      throw new DnnException(
          Status.OUT_OF_MEMORY,
          String.format(
              Locale.ROOT,
              "could not allocate %d bytes for %s: the system has not so much, or -XX:MaxDirectMemorySize, which holds for automatic arenas, is less",
              bytes,
              what),
          e);
    } catch (WrongThreadException e) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "arena is confined to another thread, %s can't be allocated in it",
              what),
          e);
    } catch (IllegalStateException e) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "arena is closed, %s can't be allocated in it", what), e);
    }
  }

  private static MemorySegment allocateOrReclaim(Arena arena, long bytes) {
    try {
      return arena.allocate(bytes, Tensor.ALIGNMENT);
    } catch (OutOfMemoryError e) {
      if (isHeap(e) || !OwnedMemory.reclaimFor(bytes)) {
        throw e;
      }
    }
    return arena.allocate(bytes, Tensor.ALIGNMENT);
  }

  /** Whether it is Java's heap that is full, and not the system that gives no more memory. */
  static boolean isHeap(OutOfMemoryError e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith("Java heap space") || message.startsWith("GC overhead limit");
  }

  static MemorySegment longs(Arena arena, long... values) {
    return arena.allocateFrom(ValueLayout.JAVA_LONG, values);
  }

  /** Reads {@code count} numbers behind a borrowed pointer. */
  @SuppressWarnings("restricted") // oneDNN says how many there are
  static long[] longsAt(MemorySegment pointer, int count) {
    return pointer.reinterpret((long) count * Long.BYTES).toArray(ValueLayout.JAVA_LONG);
  }

  /** Reads a zero-terminated string behind a borrowed pointer. */
  @SuppressWarnings("restricted") // oneDNN's names are short and end with a zero
  static String string(MemorySegment pointer) {
    return pointer.reinterpret(1 << 16).getString(0);
  }
}
