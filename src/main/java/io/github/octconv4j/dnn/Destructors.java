package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.MemorySegment;

/**
 * Links oneDNN's destructors before the first object is made: linking needs memory on Java's heap,
 * and what must be destroyed because the heap is full could not be.
 */
final class Destructors {
  private static volatile boolean linked;

  private Destructors() {}

  /** Links them, once. Each of them takes a null pointer and does nothing. */
  static void link() {
    if (!linked) {
      dnnl_h.dnnl_memory_desc_destroy(MemorySegment.NULL);
      dnnl_h.dnnl_post_ops_destroy(MemorySegment.NULL);
      dnnl_h.dnnl_primitive_attr_destroy(MemorySegment.NULL);
      dnnl_h.dnnl_primitive_desc_destroy(MemorySegment.NULL);
      dnnl_h.dnnl_primitive_destroy(MemorySegment.NULL);
      dnnl_h.dnnl_memory_destroy(MemorySegment.NULL);
      dnnl_h.dnnl_stream_destroy(MemorySegment.NULL);
      dnnl_h.dnnl_engine_destroy(MemorySegment.NULL);
      linked = true;
    }
  }
}
