package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * {@code dst = exp(src - max) / sum(exp(src - max))} along an axis, for inference; may run in
 * place.
 *
 * @param src must have a layout
 * @param dst the same dimensions; may have the layout {@code any}
 * @param axis the dimension over which the results sum up to 1
 * @since 0.1.0
 */
public record Softmax(MemoryDesc src, MemoryDesc dst, int axis) implements Operation {
  /** Checks the shapes. */
  public Softmax {
    Objects.requireNonNull(src, "src");
    Objects.requireNonNull(dst, "dst");
    if (!Arrays.equals(src.dims(), dst.dims()) || axis < 0 || axis >= src.rank()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "src and dst must have the same dimensions and axis must be one of them, were %s, %s and %d",
              src,
              dst,
              axis));
    }
  }

  @Override
  public String kind() {
    return "softmax";
  }

  /** Adds the lines that say what it is beside its kind and its arguments. */
  void export(ProgramFile file) {
    file.line("algorithm", dnnl_h.dnnl_softmax_accurate());
    file.line("axis", axis);
  }

  @Override
  public Map<Arg, MemoryDesc> descs() {
    return Descs.of(Arg.SRC, src, Arg.DST, dst);
  }

  /** Asks oneDNN for a primitive descriptor; everything was checked before. */
  int create(Creation creation) {
    return dnnl_h.dnnl_softmax_forward_primitive_desc_create(
        creation.out(),
        creation.engine(),
        dnnl_h.dnnl_forward_inference(),
        dnnl_h.dnnl_softmax_accurate(),
        creation.desc(src),
        creation.desc(dst),
        axis,
        creation.attributes());
  }
}
