package io.github.octconv4j;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The programs that {@code scripts/test-windows} compiles for Windows, run under wine. */
public final class WindowsPrograms {
  private static final String FOLDER = "octconv4j.windows";

  private WindowsPrograms() {}

  /** What a program printed to both streams, and its exit code. */
  public record Result(int exit, List<String> lines) {}

  /** The folder in which they run; the test is skipped where the script did not start it. */
  public static Path folder() {
    String folder = System.getProperty(FOLDER, "");
    Assumptions.assumeFalse(
        folder.isEmpty(), "scripts/test-windows compiles programs for Windows and runs them");
    return Path.of(folder, "programs");
  }

  /** Runs a program with arguments. */
  public static Result run(String... command) throws IOException {
    List<String> words = new ArrayList<>(List.of(folder().resolveSibling("run").toString()));
    words.addAll(List.of(command));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      return new Result(process.waitFor(), said.lines().toList());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
