package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * How a primitive is to be made, beside its operation. The scratchpad is always the caller's: with
 * oneDNN's own, running on another thread than the creator's is undefined. An immutable value.
 *
 * @param postOps what is done with the result before it is written
 * @param fpMath arithmetic of F32 operations
 * @param quantization which arguments are whole numbers that stand for others
 * @since 0.1.0
 */
public record Attributes(PostOps postOps, FpMath fpMath, Quantization quantization) {
  /** No post-ops, F32 arithmetic. */
  public static final Attributes NONE = new Attributes(PostOps.NONE, FpMath.STRICT);

  /** Checks for nulls. */
  public Attributes {
    Objects.requireNonNull(postOps, "postOps");
    Objects.requireNonNull(fpMath, "fpMath");
    Objects.requireNonNull(quantization, "quantization");
  }

  /** Attributes without scales and zero points. */
  public Attributes(PostOps postOps, FpMath fpMath) {
    this(postOps, fpMath, Quantization.NONE);
  }

  /** Returns attributes with these post-ops and F32 arithmetic. */
  public static Attributes of(PostOps postOps) {
    return new Attributes(postOps, FpMath.STRICT);
  }

  /** Returns the same with other scales and zero points. */
  public Attributes with(Quantization other) {
    return new Attributes(postOps, fpMath, other);
  }

  /** Makes oneDNN's object, which lives as long as the arena. */
  MemorySegment in(CallArena arena, UnitStrides unitStrides) {
    MemorySegment attr =
        arena.create(
            dnnl_h::dnnl_primitive_attr_destroy,
            dnnl_h::dnnl_primitive_attr_create,
            "create attributes");
    Status.check(
        dnnl_h.dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_h.dnnl_scratchpad_mode_user()),
        "set the scratchpad mode");
    Status.check(
        dnnl_h.dnnl_primitive_attr_set_fpmath_mode(attr, fpMath.code()),
        "set the fpmath mode %s",
        fpMath);
    Status.check(
        dnnl_h.dnnl_primitive_attr_set_post_ops(attr, postOps.in(arena, unitStrides)),
        "set post-ops %s",
        postOps);
    quantization.addTo(attr, arena);
    return attr;
  }

  /** Returns for instance {@code +sum+relu}, empty where there is nothing to say. */
  @Override
  public String toString() {
    return postOps.toString() + quantization;
  }
}
