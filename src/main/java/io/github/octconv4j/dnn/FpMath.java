package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;

/** The arithmetic that F32 operations may use inside. */
public enum FpMath {
  /** F32 throughout. */
  STRICT(dnnl_h.dnnl_fpmath_mode_strict()),
  /** Products of BF16 numbers, sums in F32, where the processor is faster that way. */
  BF16(dnnl_h.dnnl_fpmath_mode_bf16());

  private final int code;

  FpMath(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
