package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.Arena;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Convolution for inference, in 1, 2 or 3 spatial dimensions.
 *
 * @param src (n, ic, id, ih, iw), with the leading spatial dimensions left out where there are
 *     fewer; as all others it may have the layout {@code any}
 * @param weights (oc, ic, kd, kh, kw) or (g, oc/g, ic/g, kd, kh, kw)
 * @param bias (oc), side by side, or null
 * @param dst (n, oc, od, oh, ow)
 * @param window stride, dilation and padding; its kernel must be the one of the weights
 * @since 0.1.0
 */
public record Convolution(
    MemoryDesc src, MemoryDesc weights, @Nullable MemoryDesc bias, MemoryDesc dst, Window window)
    implements Operation {
  /** Checks the shapes. */
  public Convolution {
    Objects.requireNonNull(src, "src");
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(dst, "dst");
    Objects.requireNonNull(window, "window");
    int rank = src.rank();
    if (rank < 3 || rank > 5 || dst.rank() != rank) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "src and dst must have the same 3 to 5 dimensions, were %s and %s",
              src,
              dst));
    }
    if (weights.rank() != rank && weights.rank() != rank + 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "weights must have %d dimensions, or %d with groups, were %s",
              rank,
              rank + 1,
              weights));
    }
    int g = weights.rank() - rank; // 1 where the first dimension of the weights counts groups
    long groups = g == 0 ? 1 : weights.dim(0);
    long ic = groups * weights.dim(g + 1);
    long oc = groups * weights.dim(g);
    if (src.dim(1) != ic || dst.dim(1) != oc || src.dim(0) != dst.dim(0)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "weights %s need %d source and %d destination channels and equal batches, src is %s, dst is %s",
              weights,
              ic,
              oc,
              src,
              dst));
    }
    if (bias != null && (bias.rank() != 1 || bias.dim(0) != oc)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "bias must have %d values, was %s", oc, bias));
    }
    Bias.requireDense(bias);
    window.checkRank(src);
    for (int d = 0; d < rank - 2; d++) {
      if (window.kernel(d) != weights.dim(g + 2 + d)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "window %s has another kernel than weights %s", window, weights));
      }
    }
    window.check(src, dst);
  }

  /** Describes a convolution without bias. */
  public Convolution(MemoryDesc src, MemoryDesc weights, MemoryDesc dst, Window window) {
    this(src, weights, null, dst, window);
  }

  @Override
  public String kind() {
    return "convolution";
  }

  @Override
  public Map<Arg, MemoryDesc> descs() {
    return Bias.descs(src, weights, bias, dst);
  }

  /** Each output element takes a product for each weight of its output channel. */
  @Override
  public long multiplyAdds() {
    return dst.elements() * (weights.elements() / dst.dim(1));
  }

  /** Adds the lines that say what it is beside its kind and its arguments. */
  void export(ProgramFile file) {
    file.line("algorithm", Algorithm.CONVOLUTION_DIRECT.code());
    file.addWindow(window);
  }

  /** Asks oneDNN for a primitive descriptor; everything was checked before. */
  int create(Creation creation) {
    Arena arena = creation.arena();
    return dnnl_h.dnnl_convolution_forward_primitive_desc_create(
        creation.out(),
        creation.engine(),
        dnnl_h.dnnl_forward_inference(),
        Algorithm.CONVOLUTION_DIRECT.code(),
        creation.desc(src),
        creation.weights(weights),
        creation.weights(bias),
        creation.desc(dst),
        window.strides(arena),
        window.dilations(arena),
        window.paddingBefore(arena),
        window.paddingAfter(arena),
        creation.attributes());
  }

  boolean isGrouped() {
    return weights.rank() > src.rank();
  }

  /** Input channels of each group. */
  long inputsOfGroup() {
    return weights.dim(isGrouped() ? 2 : 1);
  }

  /** Output channels of each group. */
  long outputsOfGroup() {
    return weights.dim(isGrouped() ? 1 : 0);
  }

  /**
   * Whether the destination has a single column although the window would step by more than one.
   */
  boolean hasOneColumnOfStride() {
    int columns = src.rank() - 1;
    return dst.dim(columns) == 1 && window.stride(columns - 2) > 1;
  }

  /** Whether the elements of some column of the destination are sums of padding alone. */
  boolean hasColumnOfPadding() {
    int columns = src.rank() - 1;
    return window.readsPaddingAlone(columns - 2, src.dim(columns));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "convolution src %s weights %s%s dst %s %s",
        src,
        weights,
        bias == null ? "" : " bias",
        dst,
        window);
  }
}
