package io.github.octconv4j.safety;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.ChildJvm;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Choosing a plan by measurement takes no more memory than one plan may. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc/self/status")
class MemoryLimitTest {
  /** For heap, code that oneDNN makes, and weights on their way. */
  private static final long BESIDE = 100;

  private static final Pattern RESULT = Pattern.compile("grew (\\d+) plan (\\d+)");

  private static ChildJvm child() {
    return ChildJvm.of(MeasuredWithin.class)
        .option("-XX:CompressedClassSpaceSize=64m")
        .option("-XX:ReservedCodeCacheSize=64m");
  }

  private static void assertWithin(ChildJvm.Result result, long limit) {
    Matcher numbers = RESULT.matcher(result.output());
    assertThat(numbers.find()).as(result.output()).isTrue();
    assertThat(Long.parseLong(numbers.group(2))).as("plan, MiB").isLessThanOrEqualTo(limit);
    assertThat(Long.parseLong(numbers.group(1)))
        .as("growth, MiB, within " + limit)
        .isLessThanOrEqualTo(limit + BESIDE);
    assertThat(result.exit()).isZero();
  }

  /**
   * One contender of the second has 95 MiB, and input and output 76 each: there is room for one at
   * a time, for two, for five. The first has an input of 1100 MiB, so that nothing is run.
   */
  @ParameterizedTest
  @CsvSource({
    "60, 3000, 32, 1",
    "250, 1000, 32, 32",
    "350, 1000, 32, 32",
    "700, 1000, 32, 32",
  })
  void layers(long limit, int size, int in, int out) {
    ChildJvm.Result result =
        child()
            .run(
                "layer",
                String.valueOf(limit),
                String.valueOf(size),
                String.valueOf(in),
                String.valueOf(out));
    assertWithin(result, limit);
  }

  @ParameterizedTest
  @CsvSource({"140, 256, 16", "250, 256, 16", "600, 256, 16"})
  void networks(long limit, int size, int batch) {
    ChildJvm.Result result =
        child().run("network", String.valueOf(limit), String.valueOf(size), String.valueOf(batch));
    assertWithin(result, limit);
  }

  /** The limit is more than the system gives: what does not find room is not run. */
  @Test
  void aSystemThatGivesLessThanTheLimit() {
    ChildJvm.Result result =
        child().addressSpace(2_600L << 20).run("layer", "16384", "3000", "32", "1");
    assertWithin(result, 2000);
  }
}
