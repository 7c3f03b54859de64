package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/**
 * Lists of shapes from oneDNN's own tests, which lie beside the project's folder where there are
 * any; each in a JVM of its own, so that a crash is a failure.
 */
class SharedShapesTest {
  private static final Path FOLDER =
      Path.of("../shared/shapes/onednn").toAbsolutePath().normalize();

  @ParameterizedTest
  @CsvSource({
    "conv, conv_basic.txt, 54",
    "conv, conv_tails.txt, 70",
    "pool, pool_basic.txt, 32",
    "resampling, resampling_2d.txt, 12",
    "resampling, resampling_ci.txt, 16"
  })
  void everyShapePasses(String driver, String name, int shapes) {
    Path file = FOLDER.resolve(name);
    assumeTrue(Files.exists(file), "the lists of shapes of ../shared/shapes/onednn are not there");
    ChildJvm.Result result =
        ChildJvm.of(Main.class)
            .optimized() // its plain loops
            .library(CommandLine.class)
            .library(JsonFactory.class)
            .option("-Xmx1g")
            .run("shapes", "--driver", driver, file.toString());
    assertThat(result.output().lines()).containsExactly(shapes + " passed, 0 failed, 0 skipped");
    assertThat(result.exit()).isZero();
  }
}
