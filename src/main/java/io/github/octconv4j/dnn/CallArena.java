package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Memory, and objects of oneDNN's, for the length of a call on one thread. Closing it allocates
 * nothing, unlike a segment's cleanup action, so that a call which found the heap full ends as it
 * began to.
 */
final class CallArena implements Arena {
  private final Arena memory = Arena.ofConfined();
  private @Nullable Owned newest;

  /** An object and how it is destroyed. */
  private static final class Owned {
    private final Consumer<MemorySegment> destructor;
    private final @Nullable Owned older;
    private MemorySegment object = MemorySegment.NULL;

    Owned(Consumer<MemorySegment> destructor, @Nullable Owned older) {
      this.destructor = destructor;
      this.older = older;
    }
  }

  /** Makes a native object that is destroyed when the arena closes, before those made earlier. */
  MemorySegment create(
      Consumer<MemorySegment> destructor,
      NativeObject.Constructor constructor,
      String what,
      Object... values) {
    Owned owned = new Owned(destructor, newest);
    owned.object = NativeObject.create(this, constructor, what, values);
    newest = owned;
    return owned.object;
  }

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    return memory.allocate(byteSize, byteAlignment);
  }

  @Override
  public MemorySegment.Scope scope() {
    return memory.scope();
  }

  @Override
  public void close() {
    for (Owned owned = newest; owned != null; owned = owned.older) {
      owned.destructor.accept(owned.object);
    }
    newest = null;
    memory.close();
  }
}
