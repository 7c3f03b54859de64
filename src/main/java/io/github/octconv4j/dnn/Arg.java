package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.util.Locale;
import java.util.Objects;

/**
 * Names an argument of a primitive.
 *
 * @param code oneDNN's number of the argument
 * @since 0.1.0
 */
public record Arg(int code) {
  private static final int MOST_SOURCES = 1024; // then oneDNN's numbers mean something else
  private static final int MOST_POST_OPS = 64;

  /** Source. */
  public static final Arg SRC = new Arg(dnnl_h.DNNL_ARG_SRC());

  /** Second source of a binary operation. */
  public static final Arg SRC_1 = new Arg(dnnl_h.DNNL_ARG_SRC_1());

  /** Destination. */
  public static final Arg DST = new Arg(dnnl_h.DNNL_ARG_DST());

  /** Weights. */
  public static final Arg WEIGHTS = new Arg(dnnl_h.DNNL_ARG_WEIGHTS());

  /** Bias. */
  public static final Arg BIAS = new Arg(dnnl_h.DNNL_ARG_BIAS());

  /** Working memory of the primitive. */
  public static final Arg SCRATCHPAD = new Arg(dnnl_h.DNNL_ARG_SCRATCHPAD());

  /** Returns source {@code index} of a concat or sum, counted from 0. */
  public static Arg source(int index) {
    requireIndex(index, MOST_SOURCES);
    return new Arg(dnnl_h.DNNL_ARG_MULTIPLE_SRC() + index);
  }

  /** Returns the tensor of the binary post-op at {@code index} of the post-ops. */
  public static Arg postOp(int index) {
    requireIndex(index, MOST_POST_OPS);
    return new Arg(
        dnnl_h.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE() * (index + 1) | dnnl_h.DNNL_ARG_SRC_1());
  }

  /** Returns the scales of a source, weights, bias or destination; see {@link Quantization}. */
  public static Arg scales(Arg of) {
    return quantity(of, dnnl_h.DNNL_ARG_ATTR_SCALES());
  }

  /**
   * Returns the zero points of a source, weights, bias or destination; see {@link Quantization}.
   */
  public static Arg zeroPoints(Arg of) {
    return quantity(of, dnnl_h.DNNL_ARG_ATTR_ZERO_POINTS());
  }

  private static Arg quantity(Arg of, int what) {
    Objects.requireNonNull(of, "of");
    if (of.code < 0 || of.code >= dnnl_h.DNNL_ARG_ATTR_SCALES()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "of must be a source, weights, bias or the destination, was %s", of));
    }
    return new Arg(what | of.code);
  }

  /** Whether these are scales or zero points. */
  boolean isQuantity() {
    return isOf(dnnl_h.DNNL_ARG_ATTR_SCALES()) || isOf(dnnl_h.DNNL_ARG_ATTR_ZERO_POINTS());
  }

  private boolean isOf(int what) {
    return code >= what && code < what + dnnl_h.DNNL_ARG_ATTR_SCALES();
  }

  /** Whether this is the tensor of a post-op. */
  boolean isPostOp() {
    int index = code / dnnl_h.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE() - 1;
    return index >= 0 && index < MOST_POST_OPS && equals(postOp(index));
  }

  private static void requireIndex(int index, int count) {
    if (index < 0 || index >= count) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "index must be 0 to %d, was %d", count - 1, index));
    }
  }

  @Override
  public String toString() {
    if (equals(SRC)) {
      return "src";
    } else if (equals(SRC_1)) {
      return "src1";
    } else if (equals(DST)) {
      return "dst";
    } else if (equals(WEIGHTS)) {
      return "weights";
    } else if (equals(BIAS)) {
      return "bias";
    } else if (equals(SCRATCHPAD)) {
      return "scratchpad";
    }
    if (isOf(dnnl_h.DNNL_ARG_ATTR_SCALES())) {
      return "scales_" + new Arg(code - dnnl_h.DNNL_ARG_ATTR_SCALES());
    } else if (isOf(dnnl_h.DNNL_ARG_ATTR_ZERO_POINTS())) {
      return "zeros_" + new Arg(code - dnnl_h.DNNL_ARG_ATTR_ZERO_POINTS());
    }
    if (isPostOp()) {
      return "postop" + (code / dnnl_h.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE() - 1);
    }
    int source = code - dnnl_h.DNNL_ARG_MULTIPLE_SRC();
    return source >= 0 && source < dnnl_h.DNNL_ARG_MULTIPLE_SRC() ? "src" + source : "arg" + code;
  }
}
