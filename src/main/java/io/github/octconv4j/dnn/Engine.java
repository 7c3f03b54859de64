package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.dnn.loader.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A processor that runs primitives. One is enough for a whole application. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Engine extends NativeHandle {

  private Engine(MemorySegment handle) {
    super(handle, dnnl_h::dnnl_engine_destroy);
  }

  /**
   * Returns a new engine of this machine's processor.
   *
   * @throws UnsatisfiedLinkError if the native library can't be had; the message says what to do
   */
  public static Engine cpu() {
    NativeLibrary.load();
    try (Arena arena = Arena.ofConfined()) {
      return new Engine(
          Native.create(
              arena,
              out -> dnnl_h.dnnl_engine_create(out, dnnl_h.dnnl_cpu(), 0),
              "create the CPU engine"));
    }
  }
}
