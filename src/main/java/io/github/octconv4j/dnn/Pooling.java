package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Pooling for inference, in 1, 2 or 3 spatial dimensions: src (n, c, ih, iw) to dst (n, c, oh, ow).
 *
 * @since 0.1.0
 */
public final class Pooling implements Operation {
  private final Algorithm algorithm;
  private final MemoryDesc src;
  private final MemoryDesc dst;
  private final Window window;

  private Pooling(Algorithm algorithm, MemoryDesc src, MemoryDesc dst, Window window) {
    this.algorithm = algorithm;
    this.src = src;
    this.dst = dst;
    this.window = window;
  }

  /**
   * Returns a pooling.
   *
   * @param algorithm one of {@code POOLING_*}
   * @param src must have a layout
   * @param dst may have the layout {@code any}
   */
  public static Pooling of(Algorithm algorithm, MemoryDesc src, MemoryDesc dst, Window window) {
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(src, "src");
    Objects.requireNonNull(dst, "dst");
    Objects.requireNonNull(window, "window");
    algorithm.require("POOLING");
    window.checkRank(src);
    if (src.rank() != dst.rank() || src.dim(0) != dst.dim(0) || src.dim(1) != dst.dim(1)) {
      throw new IllegalArgumentException(
          "src and dst must have the same batch and channels, were %s and %s".formatted(src, dst));
    }
    window.check(src, dst);
    return new Pooling(algorithm, src, dst, window);
  }

  /** The same on other descriptors. */
  Pooling with(UnaryOperator<MemoryDesc> change) {
    return new Pooling(algorithm, change.apply(src), change.apply(dst), window);
  }

  @Override
  public String kind() {
    return "pooling";
  }

  @Override
  public List<Arg> arguments() {
    return List.of(Arg.SRC, Arg.DST);
  }

  @Override
  public int create(Creation creation) {
    Arena arena = creation.arena();
    return dnnl_h.dnnl_pooling_forward_primitive_desc_create(
        creation.out(),
        creation.engine(),
        dnnl_h.dnnl_forward_inference(),
        algorithm.code(),
        src.in(arena),
        dst.in(arena),
        window.strides(arena),
        window.kernel(arena),
        window.dilations(arena),
        window.paddingLeft(arena),
        window.paddingRight(arena),
        creation.attributes());
  }

  Algorithm algorithm() {
    return algorithm;
  }

  Window window() {
    return window;
  }

  @Override
  public String toString() {
    return "%s src %s dst %s %s".formatted(algorithm, src, dst, window);
  }
}
