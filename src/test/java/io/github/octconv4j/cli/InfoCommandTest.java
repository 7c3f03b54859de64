package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class InfoCommandTest {
  @Test
  void lines() {
    CommandRun run = CommandRun.of("info").succeeded();
    assertThat(run.lines())
        .extracting(line -> line.split("  +", 2)[0])
        .containsExactly(
            "octconv4j",
            "oneDNN",
            "platform",
            "native library",
            "SHA-256",
            "instruction set",
            "processors",
            "threads",
            "Java",
            "cache folder");
    assertThat(run.out()).containsPattern("SHA-256 +[0-9a-f]{64}, verified");
  }

  @Test
  void json() throws IOException {
    CommandRun run = CommandRun.of("info", "--json").succeeded();
    assertThat(run.json("octconv4j")).isEqualTo(Version.get());
    assertThat(run.json("onednn")).startsWith("3.");
    assertThat(run.json("sha256")).matches("[0-9a-f]{64}");
    assertThat(run.json("verified")).isEqualTo("true");
    assertThat(run.json("instruction_set")).startsWith("cpu_isa_");
    assertThat(run.json("java")).startsWith("25");
  }
}
