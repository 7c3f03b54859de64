package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;

/**
 * The arithmetic that F32 operations may use inside.
 *
 * @since 0.1.0
 */
public enum FpMath {
  /** F32 throughout. */
  STRICT(dnnl_h.dnnl_fpmath_mode_strict()),
  /**
   * Products of BF16 numbers, sums in F32, where oneDNN is faster that way. On x86-64, oneDNN 3.13
   * does so for convolutions where the processor has AMX ({@code avx512_core_amx}); without it,
   * also with {@code avx512_core_bf16} alone, the implementations and results are those of {@link
   * #STRICT}. There, tensors of {@link DataType#BF16} are what is faster. Source: "Primitive
   * Attributes: floating-point math mode" in oneDNN's developer guide, which allows conversions and
   * promises none.
   */
  BF16(dnnl_h.dnnl_fpmath_mode_bf16());

  private final int code;

  FpMath(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
