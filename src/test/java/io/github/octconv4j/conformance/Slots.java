package io.github.octconv4j.conformance;

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
final class Slots {
  private static final long PAGE = 4096;
  private static final long BYTES = 1 << 20;

  private final MemorySegment[] slots;

  Slots(Arena arena, int count) {
    slots = new MemorySegment[count];
    for (int i = 0; i < count; i++) {
      MemorySegment all = arena.allocate(BYTES + 3 * PAGE, PAGE);
      protect(all.asSlice(0, PAGE));
      protect(all.asSlice(PAGE + BYTES, PAGE));
      slots[i] = all.asSlice(PAGE, BYTES);
    }
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
  private static void protect(MemorySegment page) {
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
      int status = (int) mprotect.invokeExact(page, page.byteSize(), 0);
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
