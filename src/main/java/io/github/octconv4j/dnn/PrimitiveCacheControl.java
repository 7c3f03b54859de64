package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.dnn.loader.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * oneDNN's own cache of primitives, below all plans of a process: what was compiled for one plan is
 * taken again for another that needs the very same primitive. A process that plans ever new sizes
 * can bound it; one that plans the same networks over and over can let it hold all of theirs.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class PrimitiveCacheControl {
  private static final Object LOCK = new Object();

  private PrimitiveCacheControl() {}

  /**
   * Returns how many primitives the cache holds at most: 1024 where neither {@link #capacity(int)}
   * nor {@code ONEDNN_PRIMITIVE_CACHE_CAPACITY} said otherwise.
   *
   * @throws UnsatisfiedLinkError if the native library can't be had; the message says what to do
   */
  public static int capacity() {
    NativeLibrary.load();
    synchronized (LOCK) {
      return ask();
    }
  }

  private static int ask() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment capacity = arena.allocate(ValueLayout.JAVA_INT);
      Status.check(
          dnnl_h.dnnl_get_primitive_cache_capacity(capacity),
          "ask for the capacity of the primitive cache");
      return capacity.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /**
   * Sets how many primitives the cache holds at most. Those used longest ago go first; plans that
   * hold them keep them.
   *
   * @param primitives at least 0, which switches the cache off
   * @throws UnsatisfiedLinkError if the native library can't be had; the message says what to do
   */
  public static void capacity(int primitives) {
    if (primitives < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "primitives must be at least 0, was %d; 0 switches the cache off",
              primitives));
    }
    NativeLibrary.load();
    synchronized (LOCK) {
      set(primitives);
    }
  }

  private static void set(int primitives) {
    Status.check(
        dnnl_h.dnnl_set_primitive_cache_capacity(primitives),
        "set the capacity of the primitive cache to %d",
        primitives);
  }

  /**
   * Compiles something without the cache, which is empty afterwards. What other threads compile
   * meanwhile is not kept; nothing else happens to them.
   */
  static <T> T bypass(Supplier<T> compilation) {
    synchronized (LOCK) {
      int before = ask();
      set(0);
      try {
        return compilation.get();
      } finally {
        set(before);
      }
    }
  }
}
