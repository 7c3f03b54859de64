package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is logged, through {@code java.util.logging}, the default of {@code System.Logger}. */
class LogTest {
  @TempDir Path folder;

  private List<String> log(String level) throws IOException {
    Path settings = folder.resolve("logging.properties");
    Files.writeString(
        settings,
        String.format(
            Locale.ROOT,
            """
        handlers = java.util.logging.ConsoleHandler
        java.util.logging.ConsoleHandler.level = ALL
        java.util.logging.SimpleFormatter.format = %%4$s %%3$s: %%5$s%%n
        io.github.octconv4j.level = %s
        """,
            level));
    return ChildJvm.of(Logs.class)
        .library(JsonFactory.class)
        .option("-Djava.util.logging.config.file=" + settings)
        .run()
        .output()
        .lines()
        .toList();
  }

  @Test
  void onlyThePlanThatIsSlowIsWorthAWarning() throws IOException {
    List<String> lines = log("INFO");
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst())
        .startsWith(
            "WARNING io.github.octconv4j.dnn.Program: oneDNN has nothing but slow"
                + " reference implementations for [octave.hh by ref:any] in the plan for"
                + " OctaveConv2d[");
  }

  @Test
  void theLibraryAndDroppedPlansAreForThoseWhoAsk() throws IOException {
    List<String> lines = log("FINE");
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0))
        .matches(
            "FINE io\\.github\\.octconv4j\\.dnn\\.loader\\.NativeLibrary: loaded oneDNN 3\\..*"
                + " from /.* \\(SHA-256 verified\\)");
    assertThat(lines.get(1)).startsWith("WARNING ");
    assertThat(lines.get(2))
        .startsWith(
            "FINE io.github.octconv4j.octave.plan.PlanCache: OctaveLayer dropped the plan for"
                + " OctaveConv2d[in=ChannelSplit[high=4, low=0]")
        .contains("OctaveDesc[high=f32 1x4x8x8 abcd");
  }
}
