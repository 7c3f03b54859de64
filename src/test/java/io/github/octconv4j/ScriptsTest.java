package io.github.octconv4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** A tag can be moved to other code, a commit can't. */
  @Test
  void workflowsNameTheCommitsOfActions() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(".github/workflows"))) {
      for (Path file : files.toList()) {
        assertThat(Files.readAllLines(file).stream().filter(line -> line.contains("uses:")))
            .isNotEmpty()
            .allMatch(line -> line.matches(".*uses: [\\w-]+/[\\w-]+@[0-9a-f]{40} # v[0-9.]+"));
      }
    }
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
}
