package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A binary element-wise operation.
 *
 * @param algorithm one of {@code BINARY_*}
 * @param src0 must have a layout
 * @param src1 must have a layout; a dimension of 1 is broadcast
 * @param dst dimensions of {@code src0}; may have the layout {@code any}
 * @since 0.1.0
 */
public record Binary(Algorithm algorithm, MemoryDesc src0, MemoryDesc src1, MemoryDesc dst)
    implements Operation {
  /** Checks the shapes. */
  public Binary {
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(src0, "src0");
    Objects.requireNonNull(src1, "src1");
    Objects.requireNonNull(dst, "dst");
    algorithm.require("BINARY");
    boolean fits = src0.rank() == src1.rank() && Arrays.equals(src0.dims(), dst.dims());
    for (int d = 0; fits && d < src0.rank(); d++) {
      fits = src1.dim(d) == src0.dim(d) || src1.dim(d) == 1;
    }
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "src0 and dst must have the same dimensions and src1 the same or 1, were %s, %s and %s",
              src0,
              dst,
              src1));
    }
  }

  @Override
  public String kind() {
    return "binary";
  }

  @Override
  public Map<Arg, MemoryDesc> descs() {
    return Descs.of(Arg.SRC, src0, Arg.SRC_1, src1, Arg.DST, dst);
  }

  /** Adds the lines that say what it is beside its kind and its arguments. */
  void export(ProgramFile file) {
    file.line("algorithm", algorithm.code());
  }

  /** Asks oneDNN for a primitive descriptor; everything was checked before. */
  int create(Creation creation) {
    return dnnl_h.dnnl_binary_primitive_desc_create(
        creation.out(),
        creation.engine(),
        algorithm.code(),
        creation.desc(src0),
        creation.desc(src1),
        creation.desc(dst),
        creation.attributes());
  }
}
