package io.github.octconv4j.bench.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.WindowsPrograms;
import io.github.octconv4j.octave.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The C twin, compiled for Windows, runs with {@code dnnl.dll} what Java exports, with the same
 * results to the last bit: kernels are made by the same code, and were made of the same source.
 */
class WindowsTwinTest {
  private static final String PLAN = "windows-twin-test.plan";
  private static Path plan;

  @BeforeAll
  static void place() {
    plan = WindowsPrograms.folder().resolve(PLAN);
  }

  @AfterAll
  static void delete() throws IOException {
    if (plan != null) {
      Files.deleteIfExists(plan);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mb1ic64oc64_ih14oh14kh3ph1, 0, 1",
    "mb1ic64oc64_ih14oh14kh3ph1, .5, 1",
    "mb1ic64oc64_ih14oh14kh3ph1, .125, 2",
    "mb2ic12oc20_ih7oh7kh3ph1, .25, 1",
    "g32mb1ic32oc32_ih14oh14kh3ph1, .5, 1",
    "mb1ic16oc32_ih14oh7kh3sh2ph1, .5, 1"
  })
  void resultsAreThoseOfJava(String problem, double alpha, int threads) throws IOException {
    TwinTest.export(plan, problem, alpha, threads, Tuning.HEURISTIC);
    WindowsPrograms.Result result = WindowsPrograms.run("twin.exe", PLAN);
    assertThat(result.exit()).as("%s", result.lines()).isZero();
    assertThat(result.lines()).hasSize(1);
    assertThat(result.lines().getFirst())
        .matches("0 of [1-9]\\d* bytes of results differ, [1-9]\\d* primitives, .*\\\\dnnl\\.dll");
  }

  @Test
  void softmaxAndInnerProductToo() throws IOException {
    TwinTest.exportSoftmax(plan);
    WindowsPrograms.Result result = WindowsPrograms.run("twin.exe", PLAN);
    assertThat(result.exit()).as("%s", result.lines()).isZero();
    assertThat(result.lines().getFirst()).contains("0 of 56 bytes", " 2 primitives,");
  }

  @Test
  void otherResultsAreFound() throws IOException {
    TwinTest.export(plan, "mb1ic64oc64_ih14oh14kh3ph1", 0.5, 1, Tuning.OFF);
    TwinTest.changeOneByte(plan);
    WindowsPrograms.Result result = WindowsPrograms.run("twin.exe", PLAN);
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.lines().getFirst())
        .contains(String.format(Locale.ROOT, "1 of %d bytes", 4 * (32 * 14 * 14 + 32 * 7 * 7)));
  }

  @Test
  void brokenFilesAreRefused() throws IOException {
    Files.writeString(plan, "octconv4j-program 2\nonednn 1.0.0\n");
    WindowsPrograms.Result result = WindowsPrograms.run("twin.exe", PLAN);
    assertThat(result.exit()).isEqualTo(2);
    assertThat(result.lines()).hasSize(1);
    assertThat(result.lines().getFirst()).contains("the file is of oneDNN 1.0.0, this is 3.13.0");
  }
}
