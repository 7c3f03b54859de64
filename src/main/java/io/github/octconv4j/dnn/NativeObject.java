package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Makes oneDNN's objects, which it gives through an out-parameter. */
final class NativeObject {
  private NativeObject() {}

  /** A call that writes a pointer to a new native object and returns a status. */
  interface Constructor {
    int create(MemorySegment out);
  }

  /** Makes a native object and returns its pointer; it then belongs to the caller. */
  static MemorySegment create(Arena arena, Constructor constructor, String what, Object... values) {
    Destructors.link();
    MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
    Status.check(constructor.create(out), what, values);
    return out.get(ValueLayout.ADDRESS, 0);
  }
}
