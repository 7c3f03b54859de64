package io.github.octconv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What the scripts say before they build anything. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the scripts are for bash")
class ScriptsTest {
  private record Run(int exitCode, List<String> lines) {
    static Run of(String... command) throws IOException, InterruptedException {
      Process process =
          new ProcessBuilder(Stream.concat(Stream.of("bash"), Stream.of(command)).toList())
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Run(process.waitFor(), said.lines().toList());
    }
  }

  @Test
  void testPrintsItsOwnUsage() throws Exception {
    Run run = Run.of("scripts/test", "--help");
    assertThat(run.exitCode).isZero();
    assertThat(run.lines.getFirst())
        .isEqualTo(
            "scripts/test [ARGUMENT...]        builds the project, runs every check, and ends with"
                + " one line: N passed, N failed, N skipped");
  }

  @Test
  void benchRefusesABenchmarkThatThereIsNot() throws Exception {
    Run run = Run.of("scripts/bench", "LayerBenchmrk");
    assertThat(run.exitCode).isEqualTo(2);
    assertThat(run.lines)
        .containsExactly(
            "bench: there is no benchmark LayerBenchmrk; scripts/bench -l lists them,"
                + " scripts/bench --help what else there is");
  }

  @Test
  void recognitionNeedsNoPyTorch() throws Exception {
    assumeTrue(Run.of("-c", "command -v python3").exitCode == 0, "there is no python3 on the PATH");
    Run run = Run.of("-c", "python3 -B scripts/test_recognition.py 2>&1");
    assertThat(run.exitCode).as(String.join("\n", run.lines)).isZero();
    assertThat(run.lines.getLast()).isEqualTo("OK");
  }

  @Test
  void theConverterKeepsItsWord() throws Exception {
    assumeTrue(
        Run.of("-c", "/usr/bin/python3 -c 'import torch, torchvision'").exitCode == 0,
        "/usr/bin/python3 has no torch and torchvision (Debian: python3-torch, python3-torchvision)");
    Run run =
        Run.of(
            "-c", "OMP_NUM_THREADS=1 /usr/bin/python3 -B scripts/test_models.py Conversion 2>&1");
    assertThat(run.exitCode).as(String.join("\n", run.lines)).isZero();
  }
}
