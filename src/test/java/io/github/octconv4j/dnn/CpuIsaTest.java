package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.ChildJvm;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class CpuIsaTest {
  @Test
  void namesTheInstructionSet() {
    assertThat(CpuIsa.name()).startsWith("cpu_isa_");
    boolean wide = CpuIsa.name().contains("avx512") || CpuIsa.name().contains("avx10");
    assertThat(CpuIsa.vectorFloats()).isEqualTo(wide ? 16 : 8);
    assertThat(CpuIsa.processor()).isNotBlank();
    assertThat(CpuIsa.libraryVersion()).startsWith("3.");
  }

  /** SSE's instructions fault on other addresses, which must not end the process. */
  @Test
  void unalignedTensorsAreRefusedWithoutAvx2() {
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
}
