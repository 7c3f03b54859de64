package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Product of matrices, or of stacks of them: {@code dst = src * weights + bias}.
 *
 * @param src (..., m, k)
 * @param weights (..., k, n); a leading dimension of 1 is repeated
 * @param bias (1, ..., 1, n), row-major, or null
 * @param dst (..., m, n)
 * @since 0.1.0
 */
public record MatMul(MemoryDesc src, MemoryDesc weights, @Nullable MemoryDesc bias, MemoryDesc dst)
    implements Operation {
  /** Checks the shapes. */
  public MatMul {
    Objects.requireNonNull(src, "src");
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(dst, "dst");
    int rank = dst.rank();
    boolean fits = rank >= 2 && rank <= 6 && src.rank() == rank && weights.rank() == rank;
    for (int d = 0; fits && d < rank - 2; d++) {
      fits = src.dim(d) == dst.dim(d) && (weights.dim(d) == dst.dim(d) || weights.dim(d) == 1);
    }
    fits =
        fits
            && src.dim(rank - 2) == dst.dim(rank - 2)
            && src.dim(rank - 1) == weights.dim(rank - 2)
            && weights.dim(rank - 1) == dst.dim(rank - 1)
            && (bias == null || isRow(bias, dst));
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "src (..., m, k), weights (..., k, n), bias (1, ..., n) and dst (..., m, n) must fit, were %s, %s, %s and %s",
              src,
              weights,
              bias,
              dst));
    }
  }

  private static boolean isRow(MemoryDesc bias, MemoryDesc dst) {
    int rank = dst.rank();
    boolean row = bias.rank() == rank && bias.has(FormatTag.rowMajor(rank));
    for (int d = 0; row && d < rank; d++) {
      row = bias.dim(d) == (d == rank - 1 ? dst.dim(d) : 1);
    }
    return row;
  }

  @Override
  public String kind() {
    return "matmul";
  }

  @Override
  public Map<Arg, MemoryDesc> descs() {
    return Bias.descs(src, weights, bias, dst);
  }

  /** Each output element takes a product for each element of a row. */
  @Override
  public long multiplyAdds() {
    return dst.elements() * src.dim(src.rank() - 1);
  }

  /** Adds the lines that say what it is beside its kind and its arguments. */
  void export(ProgramFile file) {
    // its arguments say all
  }

  /** Asks oneDNN for a primitive descriptor; everything was checked before. */
  int create(Creation creation) {
    return dnnl_h.dnnl_matmul_primitive_desc_create(
        creation.out(),
        creation.engine(),
        creation.desc(src),
        creation.weights(weights),
        creation.weights(bias),
        creation.desc(dst),
        creation.attributes());
  }
}
