package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A fully connected layer for inference: {@code dst = src * weights^T + bias}.
 *
 * @param src (n, ic) or (n, ic, ih, iw)
 * @param weights (oc, ic) or (oc, ic, ih, iw)
 * @param bias (oc), side by side, or null
 * @param dst (n, oc)
 * @since 0.1.0
 */
public record InnerProduct(
    MemoryDesc src, MemoryDesc weights, @Nullable MemoryDesc bias, MemoryDesc dst)
    implements Operation {
  /** Checks the shapes. */
  public InnerProduct {
    Objects.requireNonNull(src, "src");
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(dst, "dst");
    boolean fits =
        src.rank() == weights.rank()
            && src.rank() >= 2
            && src.rank() <= 5
            && dst.rank() == 2
            && dst.dim(0) == src.dim(0)
            && dst.dim(1) == weights.dim(0)
            && (bias == null || (bias.rank() == 1 && bias.dim(0) == weights.dim(0)))
            && Arrays.equals(
                Arrays.copyOfRange(src.dims(), 1, src.rank()),
                Arrays.copyOfRange(weights.dims(), 1, weights.rank()));
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "src (n, ic, ...), weights (oc, ic, ...), bias (oc) and dst (n, oc) must fit, were %s, %s, %s and %s",
              src,
              weights,
              bias,
              dst));
    }
    Bias.requireDense(bias);
  }

  @Override
  public String kind() {
    return "inner_product";
  }

  @Override
  public Map<Arg, MemoryDesc> descs() {
    return Bias.descs(src, weights, bias, dst);
  }

  /** Each output element takes a product for each weight of its output channel. */
  @Override
  public long multiplyAdds() {
    return src.dim(0) * weights.elements();
  }

  /** Adds the lines that say what it is beside its kind and its arguments. */
  void export(ProgramFile file) {
    // its arguments say all
  }

  /** Asks oneDNN for a primitive descriptor; everything was checked before. */
  int create(Creation creation) {
    return dnnl_h.dnnl_inner_product_forward_primitive_desc_create(
        creation.out(),
        creation.engine(),
        dnnl_h.dnnl_forward_inference(),
        creation.desc(src),
        creation.desc(weights),
        creation.weights(bias),
        creation.desc(dst),
        creation.attributes());
  }
}
