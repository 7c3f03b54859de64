package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.util.Locale;

/**
 * Algorithms of the operations, with oneDNN's names; the first word is the operation.
 *
 * @since 0.1.0
 */
public enum Algorithm {
  /** Convolution by its definition. */
  CONVOLUTION_DIRECT(dnnl_h.dnnl_convolution_direct()),
  /** Largest value of each window. */
  POOLING_MAX(dnnl_h.dnnl_pooling_max()),
  /** Mean of each window, whose padding counts as zeros. */
  POOLING_AVG_INCLUDE_PADDING(dnnl_h.dnnl_pooling_avg_include_padding()),
  /** Mean of each window's part that lies inside the image. */
  POOLING_AVG_EXCLUDE_PADDING(dnnl_h.dnnl_pooling_avg_exclude_padding()),
  /** The nearest element: index {@code round((o + 0.5) * I / O - 0.5)}. */
  RESAMPLING_NEAREST(dnnl_h.dnnl_resampling_nearest()),
  /** Linear interpolation in each spatial dimension. */
  RESAMPLING_LINEAR(dnnl_h.dnnl_resampling_linear()),
  /** {@code src0 + src1}. */
  BINARY_ADD(dnnl_h.dnnl_binary_add()),
  /** {@code src0 * src1}. */
  BINARY_MUL(dnnl_h.dnnl_binary_mul()),
  /** {@code max(src0, src1)}. */
  BINARY_MAX(dnnl_h.dnnl_binary_max()),
  /** {@code min(src0, src1)}. */
  BINARY_MIN(dnnl_h.dnnl_binary_min()),
  /** {@code src0 - src1}. */
  BINARY_SUB(dnnl_h.dnnl_binary_sub()),
  /** {@code src0 / src1}. */
  BINARY_DIV(dnnl_h.dnnl_binary_div()),
  /** {@code x > 0 ? x : alpha * x}. */
  ELTWISE_RELU(dnnl_h.dnnl_eltwise_relu()),
  /** {@code alpha * x + beta}. */
  ELTWISE_LINEAR(dnnl_h.dnnl_eltwise_linear()),
  /** {@code min(max(x, alpha), beta)}; ReLU6 with 0 and 6. */
  ELTWISE_CLIP(dnnl_h.dnnl_eltwise_clip()),
  /** {@code 1 / (1 + exp(-x))}. */
  ELTWISE_LOGISTIC(dnnl_h.dnnl_eltwise_logistic()),
  /** {@code x / (1 + exp(-alpha * x))}; SiLU with alpha 1. */
  ELTWISE_SWISH(dnnl_h.dnnl_eltwise_swish()),
  /** {@code tanh(x)}. */
  ELTWISE_TANH(dnnl_h.dnnl_eltwise_tanh()),
  /** {@code |x|}. */
  ELTWISE_ABS(dnnl_h.dnnl_eltwise_abs()),
  /** {@code exp(x)}. */
  ELTWISE_EXP(dnnl_h.dnnl_eltwise_exp()),
  /** {@code x > 0 ? x : alpha * (exp(x) - 1)}. */
  ELTWISE_ELU(dnnl_h.dnnl_eltwise_elu()),
  /** {@code max(0, min(1, alpha * x + beta))}. */
  ELTWISE_HARDSIGMOID(dnnl_h.dnnl_eltwise_hardsigmoid()),
  /** {@code x * max(0, min(1, alpha * x + beta))}. */
  ELTWISE_HARDSWISH(dnnl_h.dnnl_eltwise_hardswish()),
  /** {@code x / 2 * (1 + erf(x / sqrt(2)))}. */
  ELTWISE_GELU_ERF(dnnl_h.dnnl_eltwise_gelu_erf()),
  /** {@code x * tanh(log(1 + exp(x)))}. */
  ELTWISE_MISH(dnnl_h.dnnl_eltwise_mish());

  private final int code;

  Algorithm(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** Returns this if it belongs to the operation whose name it must begin with. */
  Algorithm require(String operation) {
    if (!name().startsWith(operation + "_")) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "algorithm must be one of %s_*, was %s", operation, this));
    }
    return this;
  }
}
