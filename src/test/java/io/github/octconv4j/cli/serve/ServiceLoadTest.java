package io.github.octconv4j.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.safety.Soak;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * A service under load answers all, while its network is replaced a hundred times, and its memory
 * does not grow: some seconds always, an hour in a soak.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc/self/status")
class ServiceLoadTest {
  private static final Path DEMO =
      Path.of("src/main/resources/io/github/octconv4j/cli/demo/fashion").toAbsolutePath();
  private static final Pattern RESULT =
      Pattern.compile("answered (\\d+) failed (\\d+) early (\\d+) late (\\d+)");

  /** A leak would be more: weights have 0.3 MB, and 50 networks are made between both looks. */
  private static final long MOST_GROWTH = 6 << 10; // KiB

  @Test
  void noneFailsAndMemoryStays() {
    int seconds = Soak.count("service.seconds", 4, 3600);
    ChildJvm.Result result =
        ChildJvm.of(ServiceLoad.class)
            .library(JsonFactory.class)
            .option("-Xms48m")
            .option("-Xmx48m")
            .option("-XX:+AlwaysPreTouch") // what the heap takes is no growth
            .run(
                DEMO.resolve("fashion_mnist_octave.safetensors").toString(),
                DEMO.resolve("1_trouser.png").toString(),
                Integer.toString(seconds));
    Matcher numbers = RESULT.matcher(result.output());
    assertThat(numbers.find()).as(result.output()).isTrue();
    if (seconds > 60) {
      System.out.println(result.output());
    }
    assertThat(Long.parseLong(numbers.group(1))).as("answered").isPositive();
    assertThat(numbers.group(2)).as("failed").isEqualTo("0");
    long growth = Long.parseLong(numbers.group(4)) - Long.parseLong(numbers.group(3));
    assertThat(growth).as("growth in KiB").isLessThan(MOST_GROWTH);
    assertThat(result.exit()).isZero();
  }
}
