package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.dnn.loader.Platform;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

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
            "fastest type",
            "processors",
            "threads",
            "Java",
            "cache folder");
    assertThat(run.out()).containsPattern("fastest type +(f32|bf16), which --dtype auto takes");
    assertThat(run.out()).containsPattern("SHA-256 +[0-9a-f]{64}, verified");
    assertThat(run.lines().get(1))
        .as("the pinned oneDNN does not know its commit")
        .matches("oneDNN +3\\.[0-9]+\\.[0-9]+");
  }

  @Test
  void json() throws IOException {
    CommandRun run = CommandRun.of("info", "--json").succeeded();
    assertThat(run.json("octconv4j")).isEqualTo(Version.get());
    assertThat(run.json("onednn")).startsWith("3.");
    assertThat(run.json("onednn_commit")).isEqualTo("null");
    assertThat(run.json("sha256")).matches("[0-9a-f]{64}");
    assertThat(run.json("verified")).isEqualTo("true");
    assertThat(run.json("instruction_set")).startsWith("cpu_isa_");
    assertThat(run.json("fastest_type"))
        .isEqualTo(
            run.json("instruction_set").matches(".*(bf16|fp16|amx|avx10).*") ? "bf16" : "f32");
    assertThat(run.json("java")).startsWith("25");
  }

  /** A library of the user's own is loaded as it is, which is said. */
  @Test
  void saysThatALibraryOfTheUsersOwnWasNotVerified() {
    Path library =
        ChildJvm.natives().resolve("META-INF/octconv4j").resolve(Platform.current().classifier());
    ChildJvm child =
        ChildJvm.of(InfoMain.class)
            .library(CommandLine.class)
            .library(JsonFactory.class)
            .withoutNatives()
            .option("-Doctconv4j.library.path=" + library);
    assertThat(child.run().output())
        .containsPattern("native library +" + library)
        .containsPattern(
            "SHA-256 +[0-9a-f]{64}, not verified: it was given by -Doctconv4j.library.path");
    assertThat(child.run("--json").output()).containsPattern("\"verified\" ?: ?false");
  }

  /** The command alone. */
  static final class InfoMain {
    private InfoMain() {}

    public static void main(String[] args) {
      String[] all = Stream.concat(Stream.of("info"), Stream.of(args)).toArray(String[]::new);
      PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
      System.exit(Main.run(all, out, out));
    }
  }
}
