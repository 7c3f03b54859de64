package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Resampling for inference, in 1, 2 or 3 spatial dimensions: src (n, c, ih, iw) to dst (n, c, oh,
 * ow). The factors are the ratios of the sizes.
 *
 * @param algorithm one of {@code RESAMPLING_*}
 * @param src must have a layout
 * @param dst may have the layout {@code any}
 * @since 0.1.0
 */
public record Resampling(Algorithm algorithm, MemoryDesc src, MemoryDesc dst) implements Operation {
  /** Checks the shapes. */
  public Resampling {
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(src, "src");
    Objects.requireNonNull(dst, "dst");
    algorithm.require("RESAMPLING");
    if (src.rank() < 3
        || src.rank() > 5
        || src.rank() != dst.rank()
        || src.dim(0) != dst.dim(0)
        || src.dim(1) != dst.dim(1)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "src and dst must have the same 3 to 5 dimensions, batch and channels, were %s and %s",
              src,
              dst));
    }
  }

  @Override
  public String kind() {
    return "resampling";
  }

  /** Adds the lines that say what it is beside its kind and its arguments. */
  void export(ProgramFile file) {
    file.line("algorithm", algorithm.code());
  }

  /** Asks oneDNN for a primitive descriptor; everything was checked before. */
  int create(Creation creation) {
    return dnnl_h.dnnl_resampling_forward_primitive_desc_create(
        creation.out(),
        creation.engine(),
        dnnl_h.dnnl_forward_inference(),
        algorithm.code(),
        MemorySegment.NULL,
        creation.desc(src),
        creation.desc(dst),
        creation.attributes());
  }

  @Override
  public Map<Arg, MemoryDesc> descs() {
    return Descs.of(Arg.SRC, src, Arg.DST, dst);
  }
}
