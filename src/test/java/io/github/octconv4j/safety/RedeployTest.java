package io.github.octconv4j.safety;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.AboutTheProcess;
import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.SameInEveryLocale;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Applications with the library can be undeployed, and several class loaders can have it. */
@AboutTheProcess
@SameInEveryLocale
class RedeployTest {
  private static final Path DEMO =
      Path.of("src/main/resources/io/github/octconv4j/cli/demo/fashion");

  /** With a library of each one's own, or with one that the container has for all. */
  @ParameterizedTest
  @CsvSource({
    "10, own, false, false",
    "2, own, true, false",
    "2, own, false, true",
    "2, shared, false, false"
  })
  void applicationsAreUnloaded(int times, String library, boolean forget, boolean recorded) {
    ChildJvm child = ChildJvm.of(RedeployMain.class).library(JsonFactory.class);
    if (recorded) {
      child.option("-XX:StartFlightRecording:dumponexit=false").option("-Xlog:jfr*=off");
    }
    ChildJvm.Result result =
        child.run(
            String.valueOf(times),
            library,
            String.valueOf(forget),
            DEMO.resolve("fashion_mnist_octave.safetensors").toAbsolutePath().toString(),
            DEMO.resolve("1_trouser.png").toAbsolutePath().toString(),
            Path.of("docs/images/chelsea.jpg").toAbsolutePath().toString());

    assertThat(result.output())
        .contains(times + " deployed, 0 of " + 2 * times + " still there")
        .doesNotContain("other numbers");
    assertThat(result.exit()).isZero();
  }
}
