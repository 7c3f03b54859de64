package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code explain net FILE.onnx}. */
class ExplainGraphTest {
  private static final Path EXPORTS = Path.of("src/test/resources/io/github/octconv4j/onnx");

  private static Path file(String name) {
    return EXPORTS.resolve(name).resolve("model.onnx");
  }

  @Test
  void whatIsRecognisedAndWhatRuns() {
    CommandRun run = CommandRun.of("explain", "net", file("octave/keep_low_op13")).succeeded();
    assertThat(run.out())
        .contains("input   input F32[1, 3, 12, 12]", "output  output: F32[1, 5]")
        .contains("octave convolutions recognised: 3")
        .contains("/network/between/between.0/Add: kept low, 3 + 3 to 3 + 3 channels, 3x3")
        .contains("look like octave convolutions and are none: 0")
        .contains("computed in Java: 0")
        .containsPattern("/network/fc/Gemm +inner_product");
  }

  @Test
  void whatIsNoneAndWhy() throws IOException {
    CommandRun run =
        CommandRun.of("explain", "net", file("octave/trap_bicubic_op13"), "--json").succeeded();
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.get("octave_recognized")).isEmpty();
    assertThat(json.get("octave_rejected").get(0).asText())
        .isEqualTo("/network/between/between.0/Add: upsampling is CUBIC, not NEAREST");
    assertThat(json.get("in_java").get(0).asText())
        .isEqualTo("Resize /network/between/between.0/Resize");
    assertThat(json.get("steps").size()).isGreaterThan(10);
  }

  @Test
  void sizesThatTheFileLeavesOpen() {
    Path open = file("octave/dynamic_op15");
    assertThat(
            CommandRun.of("explain", "net", open, "--size", "16", "--batch", "2").succeeded().out())
        .contains("input   input F32[2, 3, 16, 16]");
    assertThat(CommandRun.of("explain", "net", open, "--input", "input=1x3x8x24").succeeded().out())
        .contains("input   input F32[1, 3, 8, 24]");
    CommandRun.of("explain", "net", open, "--input", "x=1x3x8x24")
        .failed(
            2,
            "octconv explain net: "
                + open
                + ": --input x=1x3x8x24: expected NAME=SIZES of one of the inputs [input]");
    CommandRun.of("explain", "net", open, "--input", "input=1x3x8x-2")
        .failed(
            2,
            "octconv explain net: "
                + open
                + ": --input input=1x3x8x-2: expected sizes such as 1x3x224x224");
  }

  @Test
  void optionsOfArchitecturesAreRefused() {
    CommandRun.of("explain", "net", file("octave/seed_op9"), "--alpha", ".5")
        .failed(
            2,
            "octconv explain net: --alpha can't be used with FILE.onnx, which says what it"
                + " computes; see octconv explain net --help");
    CommandRun.of("explain", "net", "resnet50", "--input", "x=1")
        .failed(
            2, "octconv explain net: --input belongs to FILE.onnx; see octconv explain net --help");
  }
}
