package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @TempDir private Path folder;

  @Test
  void help() {
    assertThat(CommandRun.of("--help").succeeded().out())
        .contains("classify", "verify", "info", "Exit codes:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"classify", "verify", "info"})
  void helpOfEachCommand(String command) {
    assertThat(CommandRun.of(command, "--help").succeeded().out())
        .startsWith("Usage: octconv " + command)
        .contains("Exit codes:");
  }

  @Test
  void version() {
    assertThat(CommandRun.of("--version").succeeded().out())
        .matches("octconv \\d+\\.\\d+\\.\\S+\\R");
  }

  @Test
  void aCommandIsNeeded() {
    CommandRun run = CommandRun.of();
    assertThat(run.err()).startsWith("octconv: a command is missing: classify, ").hasLineCount(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void unknownCommand() {
    CommandRun run = CommandRun.of("clasify");
    assertThat(run.err())
        .startsWith("octconv: unknown command clasify, there are classify, ")
        .hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(CommandRun.of("").err())
        .startsWith("octconv: unknown command \"\", there are classify, ");
  }

  @Test
  void unknownOption() {
    CommandRun.of("--foo").failed(2, "octconv: Unknown option: '--foo'; see octconv --help");
    CommandRun.of("info", "--foo")
        .failed(2, "octconv info: Unknown option: '--foo'; see octconv info --help");
  }

  @Test
  void optionWithoutValue() {
    CommandRun.of("classify", "--threads")
        .failed(
            2,
            "octconv classify: Missing required parameter for option '--threads' (N); see octconv"
                + " classify --help");
    CommandRun.of("classify", "--model", "--json")
        .failed(
            2,
            "octconv classify: Expected parameter for option '--model' but found '--json'; see"
                + " octconv classify --help");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1025"})
  void threadsOutOfRange(String threads) {
    CommandRun.of("classify", "--threads", threads)
        .failed(
            2,
            "octconv classify: Invalid value for option '--threads': threads must be 1 to 1024,"
                + String.format(Locale.ROOT, " was %s; see octconv classify --help", threads));
  }

  @Test
  void threadsThatAreNoNumber() {
    CommandRun.of("classify", "--threads", "two")
        .failed(
            2,
            "octconv classify: Invalid value for option '--threads': must be a number from 1 to"
                + " 1024, was two; see octconv classify --help");
  }

  @ParameterizedTest
  @CsvSource({"classify, 'f32, bf16, int8 or auto'", "verify, 'one of f32, bf16, f32-bf16, auto'"})
  void unknownDataType(String command, String allowed) {
    CommandRun.of(command, "--dtype", "foo", "x")
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv %1$s: Invalid value for option '--dtype': must be %2$s, was foo; see octconv %1$s --help",
                command,
                allowed));
  }

  @Test
  void stackTraceOnlyWhenAskedFor() {
    Path missing = folder.resolve("missing.png");
    String line = "octconv classify: " + missing + ": no such file";
    CommandRun.of("classify", missing).failed(2, line);

    CommandRun run = CommandRun.of("classify", "--debug", missing);
    assertThat(run.err()).startsWith(line).contains("\tat io.github.octconv4j");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(CommandRun.of("--debug", "classify", missing).err()).contains("\tat ");
  }

  @Test
  void anArgumentThatBeginsWithAtIsAFile() {
    CommandRun.of("classify", "@list").failed(2, "octconv classify: @list: no such file");
  }

  @Test
  void controlCharactersOfAFileNameBreakNoLine() {
    CommandRun.of("classify", "a\nb\u001b[1m.png")
        .failed(2, "octconv classify: a?b?[1m.png: no such file");
  }
}
