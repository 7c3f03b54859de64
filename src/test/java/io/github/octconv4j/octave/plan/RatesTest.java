package io.github.octconv4j.octave.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.dnn.DataType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SameOnEveryProcessor
class RatesTest {
  @ParameterizedTest
  @CsvSource({
    "cpu_isa_sse41, F32, 16000",
    "cpu_isa_avx, F32, 16000",
    "cpu_isa_avx2, F32, 55000",
    "cpu_isa_avx2_vnni_2, F32, 55000",
    "cpu_isa_asimd, F32, 55000",
    "cpu_isa_sve_512, F32, 100000",
    "cpu_isa_avx512_core, F32, 100000",
    "cpu_isa_avx512_core_bf16, BF16, 200000",
    "cpu_isa_avx512_core_amx, F32, 100000",
    "cpu_isa_avx512_core_amx, BF16, 600000",
    "cpu_isa_avx10_1_512, BF16, 200000",
    "cpu_isa_avx10_1_512_amx, BF16, 600000"
  })
  void multiplyAddsOfAMicrosecond(String isa, DataType type, double expected) {
    assertThat(Rates.of(isa, type).multiplyAdds()).isEqualTo(expected);
  }
}
