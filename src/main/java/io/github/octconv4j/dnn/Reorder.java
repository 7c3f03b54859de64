package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Copies a tensor into another layout or element type.
 *
 * @param src must have a layout
 * @param dst the same dimensions; must have a layout
 * @since 0.1.0
 */
public record Reorder(MemoryDesc src, MemoryDesc dst) implements Operation {
  /** Checks the shapes. */
  public Reorder {
    Objects.requireNonNull(src, "src");
    Objects.requireNonNull(dst, "dst");
    requireSameDims(src, dst);
  }

  static void requireSameDims(MemoryDesc src, MemoryDesc dst) {
    if (src.isAny() || dst.isAny() || !Arrays.equals(src.dims(), dst.dims())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "src and dst must have the same dimensions and known layouts, were %s and %s",
              src,
              dst));
    }
  }

  @Override
  public String kind() {
    return "reorder";
  }

  /** Adds the lines that say what it is beside its kind and its arguments. */
  void export(ProgramFile file) {
    // its arguments say all
  }

  @Override
  public Map<Arg, MemoryDesc> descs() {
    return Descs.of(Arg.SRC, src, Arg.DST, dst);
  }

  /** Asks oneDNN for a primitive descriptor; everything was checked before. */
  int create(Creation creation) {
    boolean moves = creation.isPlain() && isOfWholeNumbers(src) && isOfWholeNumbers(dst);
    return dnnl_h.dnnl_reorder_primitive_desc_create(
        creation.out(),
        creation.desc(moves ? asFloats(src) : src),
        creation.engine(),
        creation.desc(moves ? asFloats(dst) : dst),
        creation.engine(),
        creation.attributes());
  }

  private static boolean isOfWholeNumbers(MemoryDesc desc) {
    return desc.type() == DataType.S32 && desc.isPlain();
  }

  /**
   * Whole numbers of 32 bits are moved as floats of as many bits: since AVX2 {@code jit:uni}
   * transposes them by way of floats, which rounds those above 2^24.
   */
  private static MemoryDesc asFloats(MemoryDesc desc) {
    return MemoryDesc.strided(
        DataType.F32, desc.dims(), Objects.requireNonNull(desc.blocking()).strides());
  }

  /** Copies the elements of one tensor into another of the same dimensions. */
  public static void copy(Engine engine, Tensor from, Tensor to) {
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    try (Arena arena = Arena.ofConfined();
        PrimitiveDesc desc =
            PrimitiveDesc.of(engine, new Reorder(from.desc(), to.desc()), Attributes.NONE);
        Primitive primitive = Primitive.of(desc);
        Stream stream = Stream.of(engine)) {
      Map<Arg, Tensor> tensors = new HashMap<>(Map.of(Arg.SRC, from, Arg.DST, to));
      if (desc.descs().containsKey(Arg.SCRATCHPAD)) {
        tensors.put(Arg.SCRATCHPAD, Tensor.allocate(desc.desc(Arg.SCRATCHPAD), arena));
      }
      try (Arguments arguments = Arguments.ofTensors(primitive, tensors, arena)) {
        primitive.execute(stream, arguments);
      }
    }
  }
}
