package io.github.octconv4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.safety.Soak;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files are read or refused in one line, in bounded time and memory, and nothing else. */
@AboutTheProcess
class HostileFilesTest {
  private static final String LINE = "(.*): (\\d+) inputs, (\\d+) read, (\\d+) refused; .*";

  @TempDir private Path folder;

  /** Nine kinds of files, in a JVM that has 192 MB of heap. */
  @Test
  void damagedFiles() {
    int inputs = Soak.draws("files.each", 1500, 15_000);
    ChildJvm.Result result =
        ChildJvm.of(FuzzMain.class)
            .library(JsonFactory.class)
            .optimized()
            .option("-Xmx192m")
            .option("-Djava.awt.headless=true")
            .option("-XX:ErrorFile=" + folder.resolve("hs_err.log"))
            .run(folder.toString(), String.valueOf(inputs), String.valueOf(Soak.seed(0)));
    System.out.print(result.output());
    List<String> lines = result.output().lines().toList();
    assertThat(lines).hasSize(11).allMatch(line -> line.matches(LINE));
    long total = 0;
    for (String line : lines) {
      total += number(line, 2);
      // Where all were refused, or none, the damage would not reach what is behind the first check.
      assertThat(number(line, 3)).as(line).isPositive();
      assertThat(number(line, 4)).as(line).isPositive();
    }
    assertThat(total).isEqualTo(9L * inputs);
    assertThat(result.exit()).isZero();
    assertThat(folder.resolve("hs_err.log")).doesNotExist();
  }

  private static long number(String line, int group) {
    return Long.parseLong(line.replaceFirst(LINE, "$" + group));
  }
}
