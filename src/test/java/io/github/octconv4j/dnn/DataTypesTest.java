package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.Bf16Support;
import io.github.octconv4j.octave.PlanOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a processor can compute in, and what it is fastest in. */
class DataTypesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "cpu_isa_avx512_core_bf16",
        "cpu_isa_avx512_core_fp16",
        "cpu_isa_avx512_core_amx",
        "cpu_isa_avx512_core_amx_fp16",
        "cpu_isa_avx10_1_512",
        "cpu_isa_avx10_1_512_amx",
        "cpu_isa_avx10_2_512"
      })
  void processorsThatMultiplyBf16(String isa) {
    assertThat(CpuIsa.hasBf16Arithmetic(isa)).isTrue();
  }

  /** The last three can compute in BF16, but only by widening it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "cpu_isa_default",
        "cpu_isa_sse41",
        "cpu_isa_avx",
        "cpu_isa_avx2",
        "cpu_isa_avx2_vnni",
        "cpu_isa_avx2_vnni_2",
        "cpu_isa_avx512_core",
        "cpu_isa_avx512_core_vnni"
      })
  void processorsThatDoNot(String isa) {
    assertThat(CpuIsa.hasBf16Arithmetic(isa)).isFalse();
  }

  @Test
  void supportIsAskedOfOneDnn() {
    try (Engine engine = Engine.cpu()) {
      assertThat(engine.supports(DataType.F32)).isTrue();
      assertThat(engine.supports(DataType.U8)).isTrue();
      assertThat(engine.supports(DataType.S32)).isFalse();
      assertThat(engine.supports(DataType.F64)).isFalse();
      assertThat(engine.supports(DataType.BF16)).isEqualTo(Bf16Support.isHere());
      engine.requireSupported(DataType.F32);
      assertThatThrownBy(() -> engine.requireSupported(DataType.F64))
          .isInstanceOf(DnnException.class)
          .hasMessageStartingWith("type F64: oneDNN has no convolution in it on this processor (");
      assertThatThrownBy(() -> engine.supports(null))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("type");
    }
  }

  @Test
  void theFastestTypeIsOneThatTheProcessorComputesIn() {
    PlanOptions fastest = PlanOptions.fastest();
    assertThat(fastest.type()).isEqualTo(CpuIsa.fastestType()).isIn(DataType.F32, DataType.BF16);
    assertThat(fastest.type(DataType.F32)).isEqualTo(PlanOptions.DEFAULT);
    assertThat(fastest.type() == DataType.BF16).isEqualTo(CpuIsa.hasBf16Arithmetic(CpuIsa.name()));
    try (Engine engine = Engine.cpu()) {
      engine.requireSupported(fastest.type());
    }
  }

  @Test
  void aClosedEngineIsNotAsked() {
    Engine engine = Engine.cpu();
    engine.close();
    assertThatThrownBy(() -> engine.supports(DataType.F32))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Engine is closed");
  }
}
