package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * The user's memory that primitives read and write, kept from being freed while one runs.
 *
 * <p>oneDNN learns the addresses long before a run, so that the JVM does not see which memory a
 * call uses, and another thread could close its shared arena meanwhile. The JVM does hold the arena
 * of every segment that is an argument of a call. So the segments are passed once more, as pointers
 * behind the last parameter of {@code dnnl_primitive_execute}: in the calling conventions of all
 * five platforms the caller removes arguments, and a function never looks at more than it declares.
 * Closing the arena during the call then throws in the thread that tries.
 *
 * <p>Not thread-safe while it changes.
 */
final class Holds {
  private static final int MOST = 8;

  /** Confined arenas are not accessible from it, and need no hold: their owner is in the run. */
  private static final Thread STRANGER =
      LibraryThreads.named("octconv4j-stranger").unstarted(() -> {});

  private final MemorySegment[] segments = new MemorySegment[MOST];
  private int count;

  /** Calls with room for two, four, eight segments; linked when they are needed first. */
  private static final class Two {
    static final MethodHandle CALL = link(2);
  }

  private static final class Four {
    static final MethodHandle CALL = link(4);
  }

  private static final class Eight {
    static final MethodHandle CALL = link(MOST);
  }

  @SuppressWarnings("restricted") // the same function as the generated binding, see above
  private static MethodHandle link(int extra) {
    AddressLayout pointer = ValueLayout.ADDRESS;
    FunctionDescriptor descriptor =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, pointer, pointer, ValueLayout.JAVA_INT, pointer);
    for (int i = 0; i < extra; i++) {
      descriptor = descriptor.appendArgumentLayouts(pointer);
    }
    return Linker.nativeLinker()
        .downcallHandle(dnnl_h.dnnl_primitive_execute$address(), descriptor);
  }

  Holds() {
    clear();
  }

  void clear() {
    for (int i = 0; i < MOST; i++) {
      segments[i] = MemorySegment.NULL;
    }
    count = 0;
  }

  /**
   * Adds memory that must not be freed.
   *
   * @throws IllegalStateException if it belongs to a ninth arena
   */
  void add(MemorySegment segment) {
    if (!segment.isAccessibleBy(STRANGER)) {
      return;
    }
    for (int i = 0; i < count; i++) {
      if (segments[i].scope().equals(segment.scope())) {
        return;
      }
    }
    if (count == MOST) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "the tensors of a run may belong to at most %d arenas that other threads can close",
              MOST));
    }
    segments[count++] = segment;
  }

  /** Runs a primitive and returns oneDNN's status. */
  int execute(MemorySegment primitive, MemorySegment stream, int arguments, MemorySegment array) {
    MemorySegment[] s = segments;
    try {
      if (count == 0) {
        return dnnl_h.dnnl_primitive_execute(primitive, stream, arguments, array);
      } else if (count <= 2) {
        return (int) Two.CALL.invokeExact(primitive, stream, arguments, array, s[0], s[1]);
      } else if (count <= 4) {
        return (int)
            Four.CALL.invokeExact(primitive, stream, arguments, array, s[0], s[1], s[2], s[3]);
      }
      return (int)
          Eight.CALL.invokeExact(
              primitive, stream, arguments, array, s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws no checked exception", e);
    }
  }
}
