package io.github.octconv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Status;
import java.util.Locale;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * What oneDNN does about BF16 here. Tests of it run where there is BF16; elsewhere they check the
 * error and end.
 */
public final class Bf16Support {
  private Bf16Support() {}

  /** Whether oneDNN has convolutions in BF16: by its documentation, not by what we ask it. */
  public static boolean isHere() {
    return CpuIsa.name().matches("cpu_isa_(avx512_core|avx10|avx2_vnni_2).*");
  }

  /** What making a layer or predictor of BF16 says where it is not. */
  public static String message() {
    return String.format(
        Locale.ROOT,
        "type BF16: oneDNN has no convolution in it on this processor (%s); take F32, or let PlanOptions.fastest() choose (--dtype auto)",
        CpuIsa.name());
  }

  /** Returns whether BF16 is here; where it is not, this must be refused. */
  public static boolean isHereOrRefuses(ThrowingCallable maker) {
    if (isHere()) {
      return true;
    }
    assertThatThrownBy(maker)
        .isInstanceOf(DnnException.class)
        .hasMessage(message())
        .satisfies(e -> assertThat(((DnnException) e).status()).isEqualTo(Status.UNIMPLEMENTED));
    return false;
  }
}
