package io.github.octconv4j.dnn;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives freed memory back to the system. glibc keeps what is freed for later allocations, the
 * weights of a closed network too; its {@code malloc_trim} lets go of all whole pages. Other
 * libraries have no such function, and return large blocks by themselves.
 */
final class FreedMemory {
  /** What is less is not worth a walk through all that is free. */
  private static final long LEAST = 8L << 20;

  /** {@code int malloc_trim(size_t pad)}; linked before anything is freed, on a heap with room. */
  private static final @Nullable MethodHandle TRIM = trim();

  private FreedMemory() {}

  /** Makes sure that {@link #giveBack} allocates nothing. */
  static void link() {
    // the class's initialization is all
  }

  /** Gives back what is free, where so much was freed that it pays. */
  static void giveBack(long freed) {
    if (freed >= LEAST && TRIM != null) {
      try {
        int ignored = (int) TRIM.invokeExact(0L);
      } catch (Throwable e) {
        if (e instanceof Error error) {
          throw error;
        }
        throw new AssertionError("malloc_trim throws nothing", e);
      }
    }
  }

  @SuppressWarnings("restricted") // it takes a number, and frees nothing that anyone has
  private static @Nullable MethodHandle trim() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> function = linker.defaultLookup().find("malloc_trim");
    return function
        .map(
            address ->
                linker.downcallHandle(
                    address, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)))
        .orElse(null);
  }
}
