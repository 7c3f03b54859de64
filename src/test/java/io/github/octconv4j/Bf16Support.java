package io.github.octconv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.dnn.loader.Platform;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
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
    return Platform.isArm()
        ? armHasBf16()
        : CpuIsa.name().matches("cpu_isa_(avx512_core|avx10|avx2_vnni_2).*");
  }

  /**
   * Whether Linux says that the processor has BF16 ({@code HWCAP2_BF16}), which decides on Arm.
   * macOS is not asked, for the processors that it is tested on have none.
   */
  @SuppressWarnings("restricted") // a function of the C library by its manual page
  private static boolean armHasBf16() {
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    return linker
        .defaultLookup()
        .find("getauxval")
        .map(
            function -> {
              try {
                return ((long) linker.downcallHandle(function, type).invokeExact(26L) >> 14 & 1)
                    == 1;
              } catch (Throwable e) {
                throw new AssertionError(e);
              }
            })
        .orElse(false);
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
