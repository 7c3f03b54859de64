package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShapesCommandTest {
  private static final Path SHAPES = Path.of("src/test/resources/shapes");

  @TempDir private Path folder;

  private static String usage(String message) {
    return "octconv shapes: " + message + "; see octconv shapes --help";
  }

  @Test
  void filesPass() {
    CommandRun run =
        CommandRun.of(
                "shapes",
                "--driver",
                "resampling",
                "--threads",
                1,
                SHAPES.resolve("resampling.txt"))
            .succeeded();
    assertThat(run.lines()).containsExactly("9 passed, 0 failed, 0 skipped");
  }

  @Test
  void verboseTellsOfEachProblem() {
    CommandRun run =
        CommandRun.of("shapes", "--driver", "pool", "--verbose", SHAPES.resolve("pool.txt"))
            .succeeded();
    assertThat(run.lastLine()).isEqualTo("13 passed, 0 failed, 0 skipped");
    assertThat(run.lines()).hasSize(14);
    assertThat(run.lines().getFirst())
        .matches(
            "passed src/test/resources/shapes/pool.txt:4: mb1ic1_iw1kw1n\"1d:least\" \\[f32] "
                + "\\d+\\.\\d\\d s: max f32 any \\S+, max f32 nchw \\S+, max f32 nhwc .*");
  }

  @Test
  void problemsOnTheCommandLine() {
    CommandRun run =
        CommandRun.of(
                "shapes",
                "--driver",
                "conv",
                "--problem",
                "ic3oc5iw7kw3",
                "--problem",
                "ic4oc5iw7kw3")
            .succeeded();
    assertThat(run.lastLine()).isEqualTo("2 passed, 0 failed, 0 skipped");
  }

  @Test
  void aSkipNamesItsReasonAndIsNoFailure() {
    CommandRun run =
        CommandRun.of("shapes", "--driver", "conv", "--problem", "mb1ic1oc1iw4294967311kw3")
            .succeeded();
    assertThat(run.lines())
        .containsExactly(
            "skipped --problem: mb1ic1oc1iw4294967311kw3 [f32]: it needs 48.0 GiB of memory, the"
                + " bound is 4.0 GiB",
            "0 passed, 0 failed, 1 skipped");
  }

  @Test
  void aTypeThatTheProcessorLacksIsSkipped() {
    CommandRun run =
        CommandRun.of("shapes", "--driver", "pool", "--dtype", "f16", "--problem", "mb1ic5iw7kw3")
            .succeeded();
    assertThat(run.lastLine()).matches("(1 passed, 0 failed, 0|0 passed, 0 failed, 1) skipped");
    if (run.lastLine().startsWith("0")) {
      assertThat(run.lines().getFirst())
          .endsWith("[f16]: oneDNN has no pool in f16 on this processor");
    }
  }

  @Test
  void badUsage() {
    CommandRun.of("shapes", "list.txt")
        .failed(2, usage("Missing required option: '--driver=DRIVER'"));
    CommandRun.of("shapes", "--driver", "matmul", "list.txt")
        .failed(
            2,
            usage(
                "Invalid value for option '--driver': must be conv, pool or resampling, was"
                    + " matmul"));
    CommandRun.of("shapes", "--driver", "pool")
        .failed(2, usage("nothing to run: expected a FILE or a --problem"));
    CommandRun.of("shapes", "--driver", "pool", "--dtype", "u8", "list.txt")
        .failed(2, usage("--dtype: type must be one of f32 bf16 f16 for pool, was u8"));
    CommandRun.of("shapes", "--driver", "conv", "--dtype", "f8", "list.txt")
        .failed(2, usage("--dtype: type must be one of f32 bf16 f16 u8 s8 s32, was 'f8'"));
  }

  @Test
  void badInput() throws IOException {
    Path missing = folder.resolve("missing.txt");
    CommandRun.of("shapes", "--driver", "pool", missing)
        .failed(2, String.format(Locale.ROOT, "octconv shapes: %s: no such file", missing));

    CommandRun.of("shapes", "--driver", "pool", folder)
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv shapes: %s: is a folder, expected a file of problems",
                folder));

    // Nothing is run where one line is wrong.
    Path wrong = Files.writeString(folder.resolve("wrong.txt"), "ic1iw3kw2\n\nic1iw3kw2 ic1iw3\n");
    CommandRun.of("shapes", "--driver", "pool", wrong)
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv shapes: %s:3: ic1iw3: kw is missing or 0, expected at least 1",
                wrong));

    Path empty = Files.writeString(folder.resolve("empty.txt"), "# nothing\n");
    CommandRun.of("shapes", "--driver", "pool", empty)
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv shapes: there is no problem in %s, expected at least one",
                empty));
  }
}
