package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.ChildJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** A variable of the environment that nothing can run with is a line, whatever command meets it. */
class EnvironmentSettingsTest {
  private static final String SHAPES =
      Path.of("src/test/resources/shapes/conv.txt").toAbsolutePath().toString();

  @Test
  void aStackThatIsTooSmall() {
    ChildJvm.Result result =
        ChildJvm.of(Main.class)
            .library(CommandLine.class)
            .library(JsonFactory.class)
            .environment("OMP_STACKSIZE", "16k")
            .run("shapes", "--driver", "conv", "--threads", "2", SHAPES);
    assertThat(result.output().lines())
        .as(result.output())
        .singleElement()
        .asString()
        .startsWith("octconv ")
        .contains("OMP_STACKSIZE=16k gives OpenMP's threads stacks of 16384 bytes")
        .doesNotContain("internal error");
    assertThat(result.exit()).isEqualTo(Failure.MACHINE_LACKS);
  }
}
