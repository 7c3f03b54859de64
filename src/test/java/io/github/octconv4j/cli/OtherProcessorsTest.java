package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.CapsItsChildren;
import io.github.octconv4j.ChildJvm;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * The same answers on processors with fewer instructions, by caps that oneDNN reads when it is
 * loaded: in a JVM of its own. A cap above what the processor has changes nothing.
 */
@CapsItsChildren
class OtherProcessorsTest {
  private static final String CAP = "ONEDNN_MAX_CPU_ISA";
  private static final String CASES =
      Path.of("src/test/resources/cases").toAbsolutePath().toString();

  private static ChildJvm.Result capped(String isa, String... arguments) {
    return ChildJvm.of(Main.class)
        .library(CommandLine.class)
        .library(JsonFactory.class)
        .environment(CAP, isa)
        .run(arguments);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSE41",
        "AVX",
        "AVX2",
        "AVX2_VNNI",
        "AVX512_CORE",
        "AVX512_CORE_VNNI",
        "AVX512_CORE_BF16",
        "AVX10_1_512",
        "AVX10_1_512_AMX"
      })
  void casesPass(String isa) {
    ChildJvm.Result verify = capped(isa, "verify", CASES);
    assertThat(verify.output()).endsWith("31 passed, 0 failed" + System.lineSeparator());
    assertThat(verify.exit()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SSE41", "AVX2"})
  void infoNamesTheCap(String isa) {
    ChildJvm.Result info = capped(isa, "info");
    assertThat(info.output())
        .containsPattern(
            String.format(
                Locale.ROOT,
                "instruction set +cpu_isa_%s, capped by %s=%s\\R",
                isa.toLowerCase(java.util.Locale.ROOT),
                CAP,
                isa));
    assertThat(info.exit()).isZero();
    assertThat(capped(isa, "info", "--json").output())
        .containsPattern(
            String.format(Locale.ROOT, "\"instruction_set_cap\" ?: ?\"%s=%s\"", CAP, isa));
  }

  /** oneDNN ignores it, and so it is no cap. */
  @Test
  void aNameThatNobodyKnows() {
    ChildJvm.Result info = capped("AVX9", "info");
    assertThat(info.output())
        .doesNotContain("capped by")
        .containsPattern("instruction set +cpu_isa_[a-z0-9_]+; " + CAP + "=AVX9 is another one: ");
    assertThat(info.exit()).isZero();
  }

  /** AVX2 alone has no bf16: nothing fails, and the reason is told. */
  @Test
  void aTypeThatTheProcessorLacksIsSkipped() {
    ChildJvm.Result verify = capped("AVX2", "verify", "--dtype", "bf16", CASES);
    assertThat(verify.output().lines())
        .hasSize(32)
        .first()
        .asString()
        .endsWith(
            " -  skipped: oneDNN has no convolution in bf16 on this processor (cpu_isa_avx2)");
    assertThat(verify.output()).endsWith("0 passed, 0 failed, 31 skipped" + System.lineSeparator());
    assertThat(verify.exit()).isZero();
  }
}
