package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The in-order queue in which primitives run. Cheap: one for each thread that executes.
 *
 * @since 0.1.0
 */
public final class Stream extends NativeHandle {
  private final Engine engine;

  private Stream(MemorySegment handle, Engine engine) {
    super(handle, dnnl_h::dnnl_stream_destroy, engine);
    this.engine = engine;
  }

  Engine engine() {
    return engine;
  }

  /** Returns a new stream; the engine lives at least as long. */
  public static Stream of(Engine engine) {
    Objects.requireNonNull(engine, "engine");
    try (Arena arena = Arena.ofConfined()) {
      return engine.using(
          e ->
              new Stream(
                  NativeObject.create(
                      arena,
                      out -> dnnl_h.dnnl_stream_create(out, e, dnnl_h.dnnl_stream_default_flags()),
                      "create a stream"),
                  engine));
    }
  }
}
