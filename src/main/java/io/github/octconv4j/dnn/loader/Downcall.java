package io.github.octconv4j.dnn.loader;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Calls of native functions through two handles for all of them. The JVM writes, loads and links
 * some ten classes for every kind of call, a hundredth of a second each time in a process that has
 * just begun, and oneDNN's functions are of forty kinds.
 *
 * <p>So every function is called as one that takes pointers, six or fourteen of them, and returns a
 * number of 64 bits. In the calling conventions of all five platforms whole numbers and pointers go
 * into the same registers or the same eight bytes of the stack, the caller removes them, and a
 * function never looks at more than it declares, in number and in width. This does not hold for
 * floating-point numbers, nor for structures, nor, on macOS for Arm, where the stack is packed, for
 * a number of 32 bits on the stack that others follow: the first eight arguments are in registers.
 * Such functions have handles of their own; tests look for them.
 *
 * <p>As with any downcall the JVM keeps the arena of every segment that is an argument open until
 * the call returns. Thread-safe.
 */
@SuppressWarnings("restricted") // callers vouch for what they call
public final class Downcall {
  /** What takes the place of arguments that a function does not have. */
  public static final MemorySegment NONE = MemorySegment.NULL;

  /** How many arguments the longer calls take. */
  public static final int MOST = 14;

  private static final int FEW = 6;

  private static final MethodHandle SHORT = link(FEW);

  /** Small numbers, each made when it is needed first; it does no harm if that is twice. */
  private static final MemorySegment[] WORDS = new MemorySegment[256];

  private Downcall() {}

  /** Linked when it is needed first. */
  private static final class Wide {
    static final MethodHandle LONG = link(MOST);
  }

  /** Links both handles, so that the first calls don't have to; returns when that is done. */
  static void link() {
    Objects.requireNonNull(Wide.LONG); // the other one is linked with this class
  }

  /** A handle that calls, or one that says with each call why it can't. */
  private static MethodHandle link(int pointers) {
    FunctionDescriptor descriptor = descriptor(pointers);
    try {
      return Linker.nativeLinker().downcallHandle(descriptor);
    } catch (IllegalCallerException e) {
      MethodType type = descriptor.toMethodType().insertParameterTypes(0, MemorySegment.class);
      return MethodHandles.dropArguments(denied(e), 0, type.parameterList());
    }
  }

  private static MethodHandle denied(IllegalCallerException cause) {
    try {
      MethodType type = MethodType.methodType(long.class, IllegalCallerException.class);
      return MethodHandles.lookup().findStatic(Downcall.class, "refuse", type).bindTo(cause);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("refuse(IllegalCallerException) is not found", e);
    }
  }

  @SuppressWarnings("UnusedMethod") // found by its name above
  private static long refuse(IllegalCallerException cause) {
    throw NativeLibrary.accessDenied(cause);
  }

  /** The kinds of calls that are made here, for the metadata of native images. */
  public static List<FunctionDescriptor> descriptors() {
    return List.of(descriptor(FEW), descriptor(MOST));
  }

  private static FunctionDescriptor descriptor(int pointers) {
    MemoryLayout[] all = new MemoryLayout[pointers];
    Arrays.fill(all, ValueLayout.ADDRESS);
    return FunctionDescriptor.of(ValueLayout.JAVA_LONG, all);
  }

  /** A whole number as an argument; booleans are 0 and 1. */
  public static MemorySegment word(long value) {
    if (value < 0 || value >= WORDS.length) {
      return MemorySegment.ofAddress(value);
    }
    MemorySegment word = WORDS[(int) value];
    if (word == null) {
      word = MemorySegment.ofAddress(value);
      WORDS[(int) value] = word;
    }
    return word;
  }

  /** A result that is a pointer, to memory whose size the caller knows. */
  public static MemorySegment pointer(long result) {
    return MemorySegment.ofAddress(result).reinterpret(Long.MAX_VALUE);
  }

  /**
   * Calls a function of at most six arguments.
   *
   * @return what it returns: of an {@code int} the lower half is valid, of nothing none
   */
  public static long call(
      MemorySegment function,
      MemorySegment a,
      MemorySegment b,
      MemorySegment c,
      MemorySegment d,
      MemorySegment e,
      MemorySegment f) {
    try {
      return (long) SHORT.invokeExact(function, a, b, c, d, e, f);
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable thrown) {
      throw new AssertionError("a downcall throws no checked exception", thrown);
    }
  }

  /** Calls a function of at most fourteen arguments; returns as the shorter call does. */
  public static long call(
      MemorySegment function,
      MemorySegment a,
      MemorySegment b,
      MemorySegment c,
      MemorySegment d,
      MemorySegment e,
      MemorySegment f,
      MemorySegment g,
      MemorySegment h,
      MemorySegment i,
      MemorySegment j,
      MemorySegment k,
      MemorySegment l,
      MemorySegment m,
      MemorySegment n) {
    try {
      return (long) Wide.LONG.invokeExact(function, a, b, c, d, e, f, g, h, i, j, k, l, m, n);
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable thrown) {
      throw new AssertionError("a downcall throws no checked exception", thrown);
    }
  }

  /** Calls a function that takes nothing. */
  public static long call(MemorySegment function) {
    return call(function, NONE, NONE, NONE, NONE, NONE, NONE);
  }

  /** Calls a function of one argument. */
  public static long call(MemorySegment function, MemorySegment a) {
    return call(function, a, NONE, NONE, NONE, NONE, NONE);
  }

  /** Calls a function of two arguments. */
  public static long call(MemorySegment function, MemorySegment a, MemorySegment b) {
    return call(function, a, b, NONE, NONE, NONE, NONE);
  }
}
