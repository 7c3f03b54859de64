package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/** What the calls into oneDNN share: out-parameters, arrays and strings. */
final class Native {
  private Native() {}

  /** A call that writes a pointer to a new native object and returns a status. */
  interface Constructor {
    int create(MemorySegment out);
  }

  /** Makes a native object and returns its pointer; it then belongs to the caller. */
  static MemorySegment create(Arena arena, Constructor constructor, String what, Object... values) {
    MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
    Status.check(constructor.create(out), what, values);
    return out.get(ValueLayout.ADDRESS, 0);
  }

  /** Makes a native object that is destroyed when the arena closes. */
  @SuppressWarnings("restricted") // the pointer is oneDNN's own, its destructor runs once
  static MemorySegment createIn(
      Arena arena,
      Consumer<MemorySegment> destructor,
      Constructor constructor,
      String what,
      Object... values) {
    return create(arena, constructor, what, values).reinterpret(arena, destructor);
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
