package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.dnn.loader.Platform;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuIsaTest {
  @Test
  void namesTheInstructionSet() {
    assertThat(CpuIsa.name())
        .matches(
            Platform.isArm() ? "cpu_isa_(asimd|sme|sve_(128|256|512))" : "cpu_isa_(sse41|avx)\\w*");
    assertThat(CpuIsa.vectorFloats()).isEqualTo(CpuIsa.vectorFloats(CpuIsa.name()));
    assertThat(CpuIsa.processor()).isNotBlank();
    assertThat(CpuIsa.libraryVersion()).startsWith("3.");
  }

  /** The codes of oneDNN on Arm are those of other instruction sets on x86. */
  @Test
  void armHasNamesOfItsOwn() {
    Map<Integer, String> names =
        Map.of(
            dnnl_h.dnnl_cpu_isa_default(), "cpu_isa_sme",
            dnnl_h.dnnl_cpu_isa_sse41(), "cpu_isa_asimd",
            dnnl_h.dnnl_cpu_isa_avx(), "cpu_isa_sve_128",
            dnnl_h.dnnl_cpu_isa_avx2(), "cpu_isa_sve_256",
            dnnl_h.dnnl_cpu_isa_avx512_core(), "cpu_isa_sve_512",
            dnnl_h.dnnl_cpu_isa_avx2_vnni(), "cpu_isa_default");
    names.forEach(
        (code, name) -> {
          assertThat(CpuIsa.nameOnArm(code)).isEqualTo(name);
          assertThat(CpuIsa.addsBytesShort(name)).as(name).isFalse();
          assertThat(CpuIsa.hasBf16Arithmetic(name)).as(name).isFalse();
        });
  }

  @ParameterizedTest
  @CsvSource({
    "cpu_isa_sse41, 8",
    "cpu_isa_avx2_vnni, 8",
    "cpu_isa_avx512_core_bf16, 16",
    "cpu_isa_avx10_1_512, 16",
    "cpu_isa_asimd, 8",
    "cpu_isa_sve_256, 8",
    "cpu_isa_sve_512, 16"
  })
  void blocksAreOfThisManyFloats(String isa, int floats) {
    assertThat(CpuIsa.vectorFloats(isa)).isEqualTo(floats);
  }

  @Test
  void processorsAreNamedAsTheSystemNamesThem() {
    assertThat(CpuIsa.processor(List.of("processor\t: 0", "model name\t: A 1 @ 2 GHz")))
        .isEqualTo("A 1 @ 2 GHz");
    assertThat(
            CpuIsa.processor(
                List.of(
                    "processor\t: 0",
                    "CPU implementer\t: 0x41",
                    "CPU variant: 1",
                    "CPU part\t: 0xd40")))
        .isEqualTo("implementer 0x41, part 0xd40");
    assertThat(CpuIsa.processor(List.of("processor\t: 0", "uarch\t: x"))).isEqualTo("unknown");
  }

  /** SSE's instructions fault on other addresses, which must not end the process. */
  @Test
  void unalignedTensorsAreRefusedWithoutAvx2() {
    assumeFalse(Platform.isArm(), "SSE4.1 and AVX are caps of x86-64");
    for (String isa : List.of("SSE41", "AVX")) { // AVX takes kernels of SSE4.1 too
      ChildJvm.Result sse =
          ChildJvm.of(Unaligned.class).environment("ONEDNN_MAX_CPU_ISA", isa).run();
      assertThat(sse.output())
          .matches(
              "f32 8 a\\Rsegment at address 0x\\p{XDigit}+ has its first element at"
                  + " 0x\\p{XDigit}+, which is not aligned to 16 bytes, as cpu_isa_"
                  + isa.toLowerCase(Locale.ROOT)
                  + " wants it\\R");
    }
    ChildJvm.Result avx2 =
        ChildJvm.of(Unaligned.class).environment("ONEDNN_MAX_CPU_ISA", "AVX2").run();
    assertThat(avx2.output()).matches("f32 8 a\\Rf32 8 a\\R");
  }

  @ParameterizedTest
  @CsvSource({
    "AVX2, cpu_isa_avx2, true",
    "avx2, cpu_isa_avx2, true",
    "AVX2, cpu_isa_avx2_vnni, false",
    "AVX2_VNNI_2, cpu_isa_avx2_vnni, false",
    "AVX512_CORE_FP16, cpu_isa_avx10_1_512, true",
    "AVX10_1_512, cpu_isa_avx10_1_512, true",
    "AVX512_CORE_AMX, cpu_isa_avx10_1_512_amx, true",
    "AVX512_CORE_AMX, cpu_isa_avx10_1_512, false",
    "ADVANCED_SIMD, cpu_isa_asimd, true",
    "ALL, cpu_isa_avx10_1_512_amx, false"
  })
  void capsHaveOlderNames(String cap, String isa, boolean expected) {
    assertThat(CpuIsa.isNameOf(cap, isa)).isEqualTo(expected);
  }
}
