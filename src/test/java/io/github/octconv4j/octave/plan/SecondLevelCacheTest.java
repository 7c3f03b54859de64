package io.github.octconv4j.octave.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SameOnEveryProcessor
class SecondLevelCacheTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "2, 2048K, 2097152",
    "2, 512K, 524288",
    "2, 1M, 1048576",
    "3, 32768K, 1048576",
    "2, unknown, 1048576",
    "2, 0K, 1048576"
  })
  void sizes(String level, String size, long expected) throws IOException {
    Files.writeString(folder.resolve("level"), level + "\n");
    Files.writeString(folder.resolve("size"), size + "\n");
    assertThat(SecondLevelCache.bytes(folder)).isEqualTo(expected);
  }

  @Test
  void whereTheSystemDoesNotTell() {
    assertThat(SecondLevelCache.bytes(folder.resolve("none"))).isEqualTo(1 << 20);
  }
}
