package io.github.octconv4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.AboutTheProcess;
import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.SameInEveryLocale;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Benchmark;

/** What the benchmarks measure allocates nothing on the Java heap. */
@AboutTheProcess
@SameInEveryLocale
class AllocationTest {
  @ParameterizedTest
  @CsvSource({"0, 1", "0.5, 1", "0.25, 2"})
  void aLayerAllocatesNothing(String alpha, String threads) {
    assertThat(run("layer", alpha, threads)).isEqualTo("0 bytes in 200 runs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fashion_mnist_octave", "fashion_mnist_dense", "oct_mobilenet_v1"})
  void aNetworkAllocatesNothing(String model) {
    String folder =
        Path.of("src/main/resources/io/github/octconv4j/cli/demo/fashion")
            .toAbsolutePath()
            .toString();
    assertThat(run("network", folder, model)).isEqualTo("0 bytes in 200 runs");
  }

  private static String run(String... arguments) {
    return ChildJvm.of(Allocation.class)
        .optimized() // which leaves out short-lived objects
        .library(Benchmark.class)
        .library(JsonFactory.class)
        .run(arguments)
        .output()
        .strip();
  }
}
