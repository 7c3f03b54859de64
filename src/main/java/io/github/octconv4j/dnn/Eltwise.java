package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * An element-wise function for inference; may run in place.
 *
 * @param algorithm one of {@code ELTWISE_*}
 * @param src must have a layout
 * @param dst the same dimensions; may have the layout {@code any}
 * @param alpha first parameter of the algorithm
 * @param beta second parameter of the algorithm
 * @since 0.1.0
 */
public record Eltwise(Algorithm algorithm, MemoryDesc src, MemoryDesc dst, float alpha, float beta)
    implements Operation {
  /** Checks the shapes. */
  public Eltwise {
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(src, "src");
    Objects.requireNonNull(dst, "dst");
    algorithm.require("ELTWISE");
    if (!Arrays.equals(src.dims(), dst.dims())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "src and dst must have the same dimensions, were %s and %s", src, dst));
    }
  }

  @Override
  public String kind() {
    return "eltwise";
  }

  /** Adds the lines that say what it is beside its kind and its arguments. */
  void export(ProgramFile file) {
    file.line("algorithm", algorithm.code());
    file.line("scalars", alpha, beta);
  }

  @Override
  public Map<Arg, MemoryDesc> descs() {
    return Descs.of(Arg.SRC, src, Arg.DST, dst);
  }

  /** Asks oneDNN for a primitive descriptor; everything was checked before. */
  int create(Creation creation) {
    return dnnl_h.dnnl_eltwise_forward_primitive_desc_create(
        creation.out(),
        creation.engine(),
        dnnl_h.dnnl_forward_inference(),
        algorithm.code(),
        creation.desc(src),
        creation.desc(dst),
        alpha,
        beta,
        creation.attributes());
  }
}
