package io.github.octconv4j.safety;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.AboutTheProcess;
import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.SameInEveryLocale;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nothing leaks: memory, threads and files of a process stay what they are after the warm-up. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere there is no /proc")
@AboutTheProcess
@SameInEveryLocale
class ChurnTest {
  private static final Pattern FIGURES =
      Pattern.compile("growth=(-?[0-9.]+) threads=(-?\\d+) files=(-?\\d+)");

  @ParameterizedTest
  @CsvSource({
    "plans, 600, 400, 100000, 5000",
    "cache, 600, 400, 20000, 2000",
    "memories, 6000, 2000, 100000, 20000",
    "networks, 100, 50, 5000, 500",
    "files, 3000, 1000, 20000, 2000",
    "forgotten, 600, 600, 5000, 3000",
    "threads, 2000, 1000, 20000, 5000"
  })
  void staysFlat(String what, int cycles, int warmUp, int soakCycles, int soakWarmUp) {
    Path network =
        Path.of(
                "src/main/resources/io/github/octconv4j/cli/demo/fashion/fashion_mnist_octave.safetensors")
            .toAbsolutePath();
    ChildJvm.Result result =
        ChildJvm.of(Churn.class)
            .library(JsonFactory.class)
            .option("-Xms96m")
            .option("-Xmx96m")
            .option("-XX:+AlwaysPreTouch") // the heap is not what is measured
            .environment("MALLOC_ARENA_MAX", "2")
            .run(
                what,
                String.valueOf(Soak.draws(what, cycles, soakCycles)),
                String.valueOf(Soak.count(what + ".warmup", warmUp, soakWarmUp)),
                network.toString());
    System.out.println(result.output().lines().filter(l -> l.contains("cycles")).toList());
    assertThat(result.exit()).as(result.output()).isZero();
    Matcher figures = FIGURES.matcher(result.output());
    assertThat(figures.find()).as(result.output()).isTrue();
    // The short version is too short to tell less than this from noise.
    assertThat(Double.parseDouble(figures.group(1)))
        .as(result.output())
        .isLessThan(Soak.IS_ON ? 2 : 5);
    assertThat(Integer.parseInt(figures.group(2))).as(result.output()).isLessThanOrEqualTo(2);
    assertThat(Integer.parseInt(figures.group(3))).as(result.output()).isLessThanOrEqualTo(1);
  }
}
