package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.AboutTheProcess;
import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.dnn.loader.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jfree.chart.JFreeChart;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Output that can't be written, in processes of their own with the shell's redirections. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "/dev/full and the redirections of a shell")
@AboutTheProcess
class OutputTest {
  private static final String LAYER = "mb1ic8oc8_ih4kh3ph1";

  @TempDir private Path folder;

  /** Runs the command line with its output redirected; what is left is the error output. */
  private static ChildJvm.Result run(String redirection, String... arguments) {
    return ChildJvm.of(Main.class)
        .library(CommandLine.class)
        .library(JsonFactory.class)
        .library(JFreeChart.class)
        .option("-XX:-UsePerfData")
        .option("-Doctconv4j.library.path=" + library())
        .under(List.of("bash", "-c", redirection, "bash"))
        .run(arguments);
  }

  private static Path library() {
    return ChildJvm.natives()
        .resolve("META-INF/octconv4j")
        .resolve(Platform.current().classifier());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "info",
        "info --json",
        "--help",
        "bench layers --help",
        "--version",
        "verify src/test/resources/cases/middle_k3_a50.safetensors",
        "shapes --driver pool src/test/resources/shapes/pool.txt",
        "explain layer " + LAYER,
        "explain layer " + LAYER + " --json",
        "bench layers " + LAYER + " --runs 1"
      })
  void aFullDisk(String command) {
    String[] arguments = absolute(command);
    ChildJvm.Result result = run("exec \"$@\" > /dev/full", arguments);
    assertThat(result.output())
        .matches("octconv.*: the standard output could not be written: No space left on device\\R");
    assertThat(result.exit()).isEqualTo(4);
  }

  private static String[] absolute(String command) {
    return command.replace("src/", Path.of("src").toAbsolutePath() + "/").split(" ", -1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"info", "--help", "explain layer " + LAYER})
  void aClosedOutput(String command) {
    ChildJvm.Result result = run("exec \"$@\" >&-", absolute(command));
    assertThat(result.output())
        .matches("octconv.*: the standard output could not be written: Bad file descriptor\\R");
    assertThat(result.exit()).isEqualTo(4);
  }

  /** Silent, with what the shell says of programs that SIGPIPE ends. */
  @ParameterizedTest
  @ValueSource(
      strings = {"info", "--help", "shapes --driver conv src/test/resources/shapes/conv.txt"})
  void aPipeThatNobodyReads(String command) {
    ChildJvm.Result result =
        run("{ \"$@\"; echo \"ended with $?\" >&2; } | true", absolute(command));
    assertThat(result.output()).isEqualTo("ended with 141\n");
  }

  /** No file may grow in these processes, as if the disk were full. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "explain layer " + LAYER + " --export FILE.plan",
        "bench layers " + LAYER + " --runs 1 --json FILE.json",
        "bench layers " + LAYER + " --runs 1 --plot FILE.png"
      })
  void aFileThatCanNotBeWritten(String command) throws IOException {
    String[] arguments = command.replace("FILE", folder + "/file").split(" ", -1);
    Path file = Path.of(arguments[arguments.length - 1]);
    Files.writeString(file, "as it was");

    ChildJvm.Result result = run("ulimit -f 0; exec \"$@\" > /dev/null", arguments);

    assertThat(result.output())
        .matches("octconv .*: " + file + ": cannot be written, File too large\\R");
    assertThat(result.exit()).isEqualTo(4);
    assertThat(file).hasContent("as it was");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  /** In the C locale Java has no name for such files. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "classify z\u00fcrich.png",
        "classify --model z\u00fcrich.safetensors",
        "maps z\u00fcrich.png out.png",
        "maps in.png z\u00fcrich.png",
        "verify z\u00fcrich",
        "shapes --driver conv z\u00fcrich.txt",
        "bench layers z\u00fcrich.txt",
        "bench layers " + LAYER + " --json z\u00fcrich.json",
        "explain layer " + LAYER + " --export z\u00fcrich.plan"
      })
  void namesThatTheLocaleCanNotWrite(String command) {
    ChildJvm.Result result = run("export LC_ALL=C; exec \"$@\"", command.split(" ", -1));
    assertThat(result.output().lines()).hasSize(1);
    assertThat(result.output())
        .contains(
            "can't be written in ANSI_X3.4-1968, this process' encoding of file names; set LC_ALL=C.UTF-8 or another locale in UTF-8");
    assertThat(result.exit()).isEqualTo(2);
  }
}
