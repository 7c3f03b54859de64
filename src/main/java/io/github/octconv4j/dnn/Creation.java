package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What an {@link Operation} needs to ask oneDNN for a primitive descriptor. Only this package makes
 * one and looks into it, so that no raw handle gets out.
 *
 * @since 0.1.0
 */
public final class Creation {
  private final Arena arena;
  private final MemorySegment out;
  private final MemorySegment engine;
  private final MemorySegment attributes;

  Creation(Arena arena, MemorySegment out, MemorySegment engine, MemorySegment attributes) {
    this.arena = arena;
    this.out = out;
    this.engine = engine;
    this.attributes = attributes;
  }

  /** For descriptors and arrays that live as long as the call. */
  Arena arena() {
    return arena;
  }

  /** Where the new handle is to be written. */
  MemorySegment out() {
    return out;
  }

  MemorySegment engine() {
    return engine;
  }

  MemorySegment attributes() {
    return attributes;
  }
}
