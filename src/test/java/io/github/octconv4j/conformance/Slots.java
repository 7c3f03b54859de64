package io.github.octconv4j.conformance;

import io.github.octconv4j.Pages;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memories between two pages that may not be touched: who reads or writes beyond an end dies at
 * once. For Linux; elsewhere it is plain memory. They are used again and again.
 */
final class Slots implements AutoCloseable {
  private static final long PAGE = Pages.size();
  private static final long BYTES = 1 << 20;

  private static final int NONE = 0;
  private static final int READ_WRITE = 3;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment[] pages;
  private final MemorySegment[] slots;

  Slots(int count) {
    pages = new MemorySegment[count];
    slots = new MemorySegment[count];
    for (int i = 0; i < count; i++) {
      pages[i] = arena.allocate(BYTES + 2 * PAGE, PAGE);
      slots[i] = pages[i].asSlice(PAGE, BYTES);
      protectEnds(pages[i], NONE);
    }
  }

  /** Frees the memory; the pages may be touched again before someone else gets them. */
  @Override
  public void close() {
    for (MemorySegment all : pages) {
      protectEnds(all, READ_WRITE);
    }
    arena.close();
  }

  private static void protectEnds(MemorySegment all, int how) {
    protect(all.asSlice(0, PAGE), how);
    protect(all.asSlice(all.byteSize() - PAGE), how);
  }

  /**
   * Returns memory of a slot.
   *
   * @param atEnd whether it ends at the guard, or else begins there
   * @param aligned whether the address is a multiple of 16, or else memory ends exactly at the
   *     guard, or begins 8 bytes behind it
   */
  MemorySegment take(int slot, long bytes, boolean atEnd, boolean aligned) {
    long room = aligned ? (bytes + 15) / 16 * 16 : bytes + 8;
    if (room > BYTES) {
      throw new IllegalArgumentException("a slot has no " + bytes + " bytes");
    }
    long from = !atEnd ? (aligned ? 0 : 8) : BYTES - (aligned ? room : bytes);
    return slots[slot].asSlice(from, bytes);
  }

  /** The memory of a slot up to both guards. */
  MemorySegment all(int slot) {
    return slots[slot];
  }

  @SuppressWarnings("restricted") // a function of the C library by its manual page
  private static void protect(MemorySegment page, int how) {
    if (!System.getProperty("os.name").equals("Linux")) {
      return;
    }
    Linker linker = Linker.nativeLinker();
    MethodHandle mprotect =
        linker.downcallHandle(
            linker.defaultLookup().find("mprotect").orElseThrow(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
    try {
      int status = (int) mprotect.invokeExact(page, page.byteSize(), how);
      if (status != 0) {
        throw new IllegalStateException("mprotect failed");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
