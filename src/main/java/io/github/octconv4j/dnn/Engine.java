package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.dnn.loader.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A processor that runs primitives. One is enough for a whole application. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Engine extends NativeHandle {

  private final Map<DataType, Boolean> supported = new EnumMap<>(DataType.class);

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
          NativeObject.create(
              arena,
              out -> dnnl_h.dnnl_engine_create(out, dnnl_h.dnnl_cpu(), 0),
              "create the CPU engine"));
    }
  }

  /**
   * Returns whether oneDNN has convolutions of this type on this processor: for floating-point
   * types with source, weights and result of the type, for {@link DataType#S8} and {@link
   * DataType#U8} with S8 weights and a result of S32. F32 is supported everywhere; BF16 from
   * AVX-512 on, where the first processors only widen it to floats: {@link CpuIsa#fastestType} says
   * whether it is worth it.
   *
   * @throws IllegalStateException if the engine is closed
   */
  public boolean supports(DataType type) {
    Objects.requireNonNull(type, "type");
    if (isClosed()) {
      throw new IllegalStateException("Engine is closed");
    }
    synchronized (supported) {
      return type == DataType.F32 || supported.computeIfAbsent(type, this::hasConvolution);
    }
  }

  /**
   * Checks that {@link #supports} is true.
   *
   * @throws DnnException with {@link Status#UNIMPLEMENTED} if it is not; the message names the type
   *     and the processor's instruction set and says what to do
   * @throws IllegalStateException if the engine is closed
   */
  public void requireSupported(DataType type) {
    if (!supports(type)) {
      throw new DnnException(
          Status.UNIMPLEMENTED,
          String.format(
              Locale.ROOT,
              "type %s: oneDNN has no convolution in it on this processor (%s); take F32, or let PlanOptions.fastest() choose (--dtype auto)",
              type,
              CpuIsa.name()));
    }
  }

  /** Asks with a small problem that no implementation has a reason to refuse but for its type. */
  private boolean hasConvolution(DataType type) {
    boolean integers = !type.isFloatingPoint();
    DataType weights = integers ? DataType.S8 : type;
    DataType result = integers ? DataType.S32 : type;
    if (type == DataType.S32) {
      return false; // of results only
    }
    Convolution convolution =
        new Convolution(
            MemoryDesc.of(type, FormatTag.ANY, 1, 16, 4, 4),
            MemoryDesc.of(weights, FormatTag.ANY, 16, 16, 1, 1),
            MemoryDesc.of(result, FormatTag.ANY, 1, 16, 4, 4),
            Window.of(1, 1));
    try (PrimitiveDesc found = PrimitiveDesc.of(this, convolution, Attributes.NONE)) {
      return !found.implementation().isEmpty();
    } catch (DnnException e) {
      if (e.status() == Status.UNIMPLEMENTED) {
        return false;
      }
      throw e;
    }
  }
}
