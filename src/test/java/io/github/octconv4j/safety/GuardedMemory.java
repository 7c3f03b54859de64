package io.github.octconv4j.safety;

import io.github.octconv4j.Pages;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memory that ends where a page begins which may not be touched: who reads or writes beyond the end
 * dies at once. For Linux; elsewhere it is plain memory.
 */
final class GuardedMemory {
  private static final boolean LINUX = System.getProperty("os.name").equals("Linux");
  private static final long PAGE = Pages.size();
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;

  private GuardedMemory() {}

  /** The calls of the system. */
  private static final class System4 {
    private static final Linker LINKER = Linker.nativeLinker();

    static final MethodHandle MMAP =
        link(
            "mmap",
            FunctionDescriptor.of(
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG));
    static final MethodHandle MPROTECT =
        link(
            "mprotect",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
    static final MethodHandle MUNMAP =
        link(
            "munmap",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));

    @SuppressWarnings("restricted") // functions of the C library by their manual pages
    private static MethodHandle link(String name, FunctionDescriptor descriptor) {
      return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(), descriptor);
    }
  }

  /** Returns zeros that end at a guard page, alive as long as the arena. */
  @SuppressWarnings("restricted") // the size is the one that was mapped
  static MemorySegment allocate(Arena arena, long bytes) {
    if (!LINUX) {
      return arena.allocate(Math.max(1, bytes), 64);
    }
    long data = (bytes + PAGE - 1) / PAGE * PAGE;
    long total = data + PAGE;
    try {
      MemorySegment start =
          (MemorySegment)
              System4.MMAP.invokeExact(0L, total, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      if (start.address() == -1) {
        throw new IllegalStateException("no memory of " + total + " bytes");
      }
      MemorySegment all = start.reinterpret(total, arena, s -> unmap(s, total));
      int status = (int) System4.MPROTECT.invokeExact(all.asSlice(data), PAGE, 0);
      if (status != 0) {
        throw new IllegalStateException("mprotect failed");
      }
      return all.asSlice(data - bytes, bytes);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static void unmap(MemorySegment start, long total) {
    try {
      int status = (int) System4.MUNMAP.invokeExact(start, total);
      if (status != 0) {
        throw new IllegalStateException("munmap failed");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
