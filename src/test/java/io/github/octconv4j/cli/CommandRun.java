package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.github.octconv4j.Bf16Support;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * A run of the command line in this JVM.
 *
 * @param exitCode what a shell would see
 * @param out standard output
 * @param err error output
 */
record CommandRun(int exitCode, String out, String err) {

  static CommandRun of(Object... args) {
    String[] texts = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      texts[i] = args[i].toString();
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode = Main.run(texts, new PrintWriter(out), new PrintWriter(err));
    return new CommandRun(exitCode, out.toString(), err.toString());
  }

  /** Checks that the run did what it should, without a word on the error output. */
  CommandRun succeeded() {
    assertThat(err).isEmpty();
    assertThat(exitCode).isZero();
    return this;
  }

  /** Checks that the run printed this line on the error output, nothing else anywhere. */
  CommandRun failed(int expectedCode, String line) {
    assertThat(err).isEqualTo(line + System.lineSeparator());
    assertThat(out).isEmpty();
    assertThat(exitCode).isEqualTo(expectedCode);
    return this;
  }

  /**
   * Returns whether the run of a command in BF16 succeeded; where there is no BF16 it must have
   * said so.
   *
   * @param command for instance {@code bench layers}
   */
  boolean succeededInBf16(String command) {
    if (Bf16Support.isHere()) {
      succeeded();
      return true;
    }
    assertThat(err)
        .isEqualTo("octconv " + command + ": " + Bf16Support.message() + System.lineSeparator());
    assertThat(exitCode).isEqualTo(3);
    return false;
  }

  List<String> lines() {
    return out.lines().toList();
  }

  String lastLine() {
    return lines().getLast();
  }

  /** The text of a field of the JSON output, the first of that name; null where there is none. */
  String json(String field) throws IOException {
    String found = null;
    try (JsonParser parser = new JsonFactory().createParser(out)) {
      while (parser.nextToken() != null) { // to the end: all of it must be JSON
        if (found == null && field.equals(parser.currentName())) {
          parser.nextToken();
          found = parser.getText();
        }
      }
    }
    return found;
  }

  /** How often the JSON output has a field. */
  int countJson(String field) throws IOException {
    int count = 0;
    try (JsonParser parser = new JsonFactory().createParser(out)) {
      for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
        count += token.name().equals("FIELD_NAME") && field.equals(parser.currentName()) ? 1 : 0;
      }
    }
    return count;
  }
}
