package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Networks that PyTorch exported, with the outputs that it computes in float64: of torchvision's
 * blocks, by {@code scripts/export_torchvision.py}, octave networks, by {@code
 * scripts/export_octave.py}, and detectors, transformers and others, by {@code
 * scripts/export_kinds.py}.
 */
class ExportedNetworksTest {
  private static final Path EXPORTS = Path.of("src/test/resources/io/github/octconv4j/onnx");

  /** Only what oneDNN has nothing for runs in Java, and nothing in a slow implementation. */
  @Test
  void torchvision() {
    CommandRun run =
        CommandRun.of("onnx-test", "--verbose", EXPORTS.resolve("torchvision")).succeeded();
    assertThat(run.lastLine()).isEqualTo("13 passed, 0 failed");
    assertThat(run.lines())
        .filteredOn(line -> line.startsWith("  "))
        .allMatch(line -> line.contains("in Java: LayerNormalization "));
  }

  @Test
  void octave() {
    CommandRun run = CommandRun.of("onnx-test", EXPORTS.resolve("octave")).succeeded();
    assertThat(run.lastLine()).isEqualTo("39 passed, 0 failed");
  }

  @Test
  void torchvisionInPlainJava() {
    CommandRun run =
        CommandRun.of("onnx-test", "--interpreter", EXPORTS.resolve("torchvision")).succeeded();
    assertThat(run.lastLine()).isEqualTo("13 passed, 0 failed");
  }

  @Test
  void otherKinds() {
    CommandRun run =
        CommandRun.of("onnx-test", "--tolerance=1e-4", EXPORTS.resolve("kinds")).succeeded();
    assertThat(run.lastLine()).isEqualTo("9 passed, 0 failed");
  }
}
