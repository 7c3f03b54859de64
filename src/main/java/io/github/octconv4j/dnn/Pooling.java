package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.Arena;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Pooling for inference, in 1, 2 or 3 spatial dimensions: src (n, c, ih, iw) to dst (n, c, oh, ow).
 *
 * @param algorithm one of {@code POOLING_*}
 * @param src must have a layout
 * @param dst may have the layout {@code any}
 * @param window kernel, stride, dilation and padding
 * @since 0.1.0
 */
public record Pooling(Algorithm algorithm, MemoryDesc src, MemoryDesc dst, Window window)
    implements Operation {
  /** Checks the shapes. */
  public Pooling {
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(src, "src");
    Objects.requireNonNull(dst, "dst");
    Objects.requireNonNull(window, "window");
    algorithm.require("POOLING");
    window.checkRank(src);
    if (src.rank() != dst.rank() || src.dim(0) != dst.dim(0) || src.dim(1) != dst.dim(1)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "src and dst must have the same batch and channels, were %s and %s",
              src,
              dst));
    }
    window.check(src, dst);
  }

  @Override
  public String kind() {
    return "pooling";
  }

  /** Adds the lines that say what it is beside its kind and its arguments. */
  void export(ProgramFile file) {
    file.line("algorithm", algorithm.code());
    file.addWindow(window);
  }

  @Override
  public Map<Arg, MemoryDesc> descs() {
    return Descs.of(Arg.SRC, src, Arg.DST, dst);
  }

  /** Asks oneDNN for a primitive descriptor; everything was checked before. */
  int create(Creation creation) {
    Arena arena = creation.arena();
    return dnnl_h.dnnl_pooling_forward_primitive_desc_create(
        creation.out(),
        creation.engine(),
        dnnl_h.dnnl_forward_inference(),
        algorithm.code(),
        creation.desc(src),
        creation.desc(dst),
        window.strides(arena),
        window.kernel(arena),
        window.dilations(arena),
        window.paddingBefore(arena),
        window.paddingAfter(arena),
        creation.attributes());
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s src %s dst %s %s", algorithm, src, dst, window);
  }
}
