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
  private final MemorySegment data;

  private Memory(MemorySegment handle, Engine engine, MemoryDesc desc, MemorySegment data) {
    super(handle, dnnl_h::dnnl_memory_destroy, engine);
    this.desc = desc;
    this.data = data;
  }

  /** Returns a view of the tensor, whose segment must stay alive as long as primitives use it. */
  public static Memory of(Engine engine, Tensor tensor) {
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(tensor, "tensor");
    Usable.require(tensor.segment(), tensor.desc());
    return at(engine, tensor.desc(), tensor.segment());
  }

  /** Returns a view without data, which {@link #point} gives it. */
  static Memory unbound(Engine engine, MemoryDesc desc) {
    return view(engine, desc, MemorySegment.NULL, MemorySegment.NULL);
  }

  /** Returns a view of data that the caller checked against the descriptor. */
  static Memory at(Engine engine, MemoryDesc desc, MemorySegment data) {
    return view(engine, desc, data, first(desc, data));
  }

  /** It is complete when its constructor ends, so that any thread sees it so. */
  private static Memory view(
      Engine engine, MemoryDesc desc, MemorySegment data, MemorySegment first) {
    try (CallArena arena = new CallArena()) {
      return engine.using(
          e ->
              new Memory(
                  NativeObject.create(
                      arena,
                      out -> dnnl_h.dnnl_memory_create(out, desc.in(arena), e, first),
                      "view a tensor %s",
                      desc),
                  engine,
                  desc,
                  data));
    }
  }

  /** Where the first element is, which oneDNN's descriptor does not know. */
  private static MemorySegment first(MemoryDesc desc, MemorySegment data) {
    return desc.beginning() == 0 ? data : data.asSlice(desc.beginning());
  }

  /** Points an unbound view at data that the caller keeps reachable while it is used. */
  void point(MemorySegment segment) {
    Status.check(
        dnnl_h.dnnl_memory_set_data_handle(handle(), first(desc, segment)),
        "point a memory at %s",
        segment);
  }

  /** Returns the shape, type and layout. */
  public MemoryDesc desc() {
    return desc;
  }

  /** The data, which stays reachable through this object; null where it was made without. */
  MemorySegment data() {
    return data;
  }
}
