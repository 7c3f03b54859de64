package io.github.octconv4j.safety;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.AboutTheProcess;
import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.SameInEveryLocale;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Java heap that is full is an OutOfMemoryError, and what existed before goes on. */
@AboutTheProcess
@SameInEveryLocale
class HeapExhaustionTest {
  private static final Path DEMO =
      Path.of("src/main/resources/io/github/octconv4j/cli/demo/fashion");
  private static final Pattern ENDS = Pattern.compile("well=(\\d+) exhausted=(\\d+) other=(\\d+)");

  @ParameterizedTest
  @CsvSource({
    "reorder, 20000, 12",
    "layer, 150000, 12",
    "apply, 16000, 12",
    "predictor, 4000000, 8",
    "file, 150000, 8"
  })
  void endsAsWhatItIs(String what, int mostRoom, int attempts) {
    ChildJvm.Result result =
        ChildJvm.of(HeapExhaustion.class)
            .library(JsonFactory.class)
            .option("-Xmx16m")
            .run(
                what,
                String.valueOf(mostRoom),
                String.valueOf(Soak.count("heap." + what, attempts, 500)),
                DEMO.resolve("fashion_mnist_octave.safetensors").toAbsolutePath().toString());
    Matcher ends = ENDS.matcher(result.output());
    assertThat(ends.find()).as(result.output()).isTrue();
    assertThat(Integer.parseInt(ends.group(3))).as(result.output()).isZero();
    assertThat(Integer.parseInt(ends.group(2))).as("attempts that ran out").isGreaterThan(1);
    assertThat(Integer.parseInt(ends.group(1))).as("attempts that ran well").isPositive();
    assertThat(result.exit()).isZero();
    assertThat(result.output()).doesNotContain("was not closed");
  }
}
