package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.loader.Downcall;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Gives freed memory back to the system. glibc keeps what is freed for later allocations, the
 * weights of a closed network too; its {@code malloc_trim} lets go of all whole pages. Other
 * libraries have no such function, and return large blocks by themselves.
 */
final class FreedMemory {
  /** What is less is not worth a walk through all that is free. */
  private static final long LEAST = 8L << 20;

  /** {@code int malloc_trim(size_t pad)}, where the C library has it. */
  private static final @Nullable MemorySegment TRIM =
      Linker.nativeLinker().defaultLookup().find("malloc_trim").orElse(null);

  private FreedMemory() {}

  /** Makes sure that {@link #giveBack} allocates nothing. */
  static void link() {
    // the class's initialization is all
  }

  /** Gives back what is free, where so much was freed that it pays. */
  static void giveBack(long freed) {
    if (freed >= LEAST && TRIM != null) {
      Downcall.call(TRIM, Downcall.NONE); // leaves zero bytes at the top
    }
  }
}
