package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What saved networks are made of; that they compute the same is a test of the peers. */
class OnnxNetworkTest {
  @TempDir private Path folder;

  private String onnx(Model model) throws IOException {
    Path file = folder.resolve("network.onnx");
    try (Network network = Network.of(model, Parameters.random(1))) {
      network.save(file);
    }
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  private static Model narrow(String name) {
    return Model.of(name).width(0.0625).classes(10).imageSize(64);
  }

  /** Operators stand behind their field number and length. */
  private static int count(String onnx, String operator) {
    String written = "\"" + (char) operator.length() + operator;
    return onnx.split(Pattern.quote(written), -1).length - 1;
  }

  @Test
  void denseResNetHasItsLayers() throws IOException {
    String onnx = onnx(narrow("resnet50"));

    assertThat(count(onnx, "Conv")).isEqualTo(53);
    assertThat(count(onnx, "Relu")).isEqualTo(49);
    assertThat(count(onnx, "Add")).isEqualTo(16);
    assertThat(count(onnx, "MaxPool")).isEqualTo(1);
    assertThat(count(onnx, "AveragePool")).isZero();
    assertThat(count(onnx, "GlobalAveragePool")).isEqualTo(1);
    assertThat(count(onnx, "Gemm")).isEqualTo(1);
  }

  /**
   * 13 blocks with 3 convolutions of four paths, but the first 1x1 has two; shortcuts with two,
   * four and four; two layers into the dense stage with two; 7 dense ones and the stem.
   */
  @Test
  void octaveResNetHasItsPaths() throws IOException {
    String onnx = onnx(narrow("oct_resnet50").alpha(0.5));

    int octave = 13 * 3 - 1 + 2; // four paths each
    assertThat(count(onnx, "Conv")).isEqualTo(4 * octave + 2 + 2 + 2 + 2 + 8 + 1);
    assertThat(count(onnx, "Resize")).isEqualTo(octave + 2);
    assertThat(count(onnx, "Relu")).isEqualTo(1 + 13 * 3 * 2 + 3 * 3);
  }

  @Test
  void excitationsAndClippedActivationsHaveAForm() throws IOException {
    String onnx = onnx(narrow("se_resnet50"));
    assertThat(count(onnx, "Sigmoid")).isEqualTo(16);
    assertThat(count(onnx, "Mul")).isEqualTo(16);
    assertThat(count(onnx, "Gemm")).isEqualTo(33);
    assertThat(count(onnx(narrow("mobilenet_v2")), "Clip")).isEqualTo(35);
  }
}
