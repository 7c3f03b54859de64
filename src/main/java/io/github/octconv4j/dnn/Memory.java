package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * oneDNN's view of a tensor: what a primitive reads or writes. It does not own the data.
 *
 * @since 0.1.0
 */
public final class Memory extends NativeHandle {
  private final MemoryDesc desc;
  private MemorySegment data;

  private Memory(MemorySegment handle, Engine engine, MemoryDesc desc) {
    super(handle, dnnl_h::dnnl_memory_destroy, engine);
    this.desc = desc;
    this.data = MemorySegment.NULL;
  }

  /** Returns a view of the tensor, whose segment must stay alive as long as primitives use it. */
  public static Memory of(Engine engine, Tensor tensor) {
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(tensor, "tensor");
    Usable.require(tensor.segment(), tensor.desc());
    Memory memory = unbound(engine, tensor.desc());
    try {
      memory.bind(tensor.segment());
      return memory;
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  /** Returns a view without data. */
  static Memory unbound(Engine engine, MemoryDesc desc) {
    try (CallArena arena = new CallArena()) {
      return engine.using(
          e ->
              new Memory(
                  Native.create(
                      arena,
                      out -> dnnl_h.dnnl_memory_create(out, desc.in(arena), e, MemorySegment.NULL),
                      "view a tensor %s",
                      desc),
                  engine,
                  desc));
    }
  }

  /** Points the view at other data, which the caller checked against the descriptor. */
  void bind(MemorySegment segment) {
    point(segment);
    data = segment;
  }

  /** Does the same for data that the caller keeps reachable while it is used. */
  void point(MemorySegment segment) {
    long beginning = desc.beginning(); // which oneDNN's descriptor does not know
    MemorySegment first = beginning == 0 ? segment : segment.asSlice(beginning);
    Status.check(
        dnnl_h.dnnl_memory_set_data_handle(handle(), first), "point a memory at %s", segment);
  }

  /** Returns the shape, type and layout. */
  public MemoryDesc desc() {
    return desc;
  }

  /** The data, which stays reachable through this object. */
  MemorySegment data() {
    return data;
  }
}
