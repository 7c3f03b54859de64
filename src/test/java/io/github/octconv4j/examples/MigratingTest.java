package io.github.octconv4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.weights.SafetensorsWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of docs/migrating.md is that of compiled sources, and does what it says. */
class MigratingTest {
  private static final Pattern REGION =
      Pattern.compile("// @start region=\"\\w+\"\n(.*?)\n *// @end\n", Pattern.DOTALL);
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;

  @Test
  void thePageShowsTheCompiledSources() throws Exception {
    List<String> sources = new ArrayList<>();
    for (String source :
        List.of(
            "src/test/java/io/github/octconv4j/examples/Migrating.java",
            "src/peers/java/io/github/octconv4j/bench/peers/Migrating.java")) {
      Matcher regions = REGION.matcher(Files.readString(Path.of(source)));
      while (regions.find()) {
        sources.add(regions.group(1).stripIndent() + "\n");
      }
    }
    List<String> blocks =
        BLOCK
            .matcher(Files.readString(Path.of("docs/migrating.md")))
            .results()
            .map(block -> block.group(1))
            .toList();
    assertThat(blocks).containsExactlyInAnyOrderElementsOf(sources);
  }

  /**
   * A kernel whose middle is 1 in each place copies, so that each output is a sum of all inputs.
   */
  @Test
  void aPyTorchModuleIsALayer() throws Exception {
    Path file = folder.resolve("layer.safetensors");
    SafetensorsWriter writer = new SafetensorsWriter();
    for (String path : List.of("h2h", "h2l", "l2h", "l2l")) {
      float[] kernel = new float[64 * 32 * 9];
      for (int i = 4; i < kernel.length; i += 9) {
        kernel[i] = 1;
      }
      writer.floats("conv_" + path + ".weight", kernel, 64, 32, 3, 3);
    }
    Files.write(file, writer.toBytes());
    try (Arena arena = Arena.ofConfined()) {
      OctaveTensor x =
          OctaveTensor.of(filled(arena, 1, 1, 32, 4, 4), filled(arena, 2, 1, 32, 2, 2));
      OctaveTensor y = Migrating.fromPyTorch(file, x);
      assertThat(y.high().floats()).hasSize(64 * 16).containsOnly(32 + 2 * 32);
      assertThat(y.low().floats()).hasSize(64 * 4).containsOnly(32 + 2 * 32);
    }
  }

  @Test
  void aModelFileIsANetwork() throws Exception {
    String file =
        "src/main/resources/io/github/octconv4j/cli/demo/fashion/fashion_mnist_octave.safetensors";
    assertThat(Migrating.fromOnnxRuntime(file, new float[28 * 28])).hasSize(10);
  }

  @Test
  void anOnnxFileIsANetwork() throws Exception {
    String file = "src/test/resources/io/github/octconv4j/onnx/torchvision/resnet/model.onnx";
    assertThat(Migrating.fromOnnxRuntime(file, new float[3 * 25 * 25])).hasSize(6);
  }

  @Test
  void aPrimitiveIsAPrimitive() {
    float[] image = new float[3 * 64];
    Arrays.fill(image, 1);
    float[] kernel = new float[4 * 27];
    for (int i = 4; i < kernel.length; i += 9) {
      kernel[i] = i < 27 ? -1 : 1;
    }
    float[] y = Migrating.fromJavaCpp(image, kernel);
    // ReLU of -3: 0 or, from kernels that multiply by 0, -0, which is the same number.
    assertThat(IntStream.range(0, 64).filter(i -> y[i] != 0)).isEmpty();
    assertThat(Arrays.copyOfRange(y, 64, 256)).containsOnly(3);
  }

  private static Tensor filled(Arena arena, float value, long... dims) {
    float[] values = new float[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
    Arrays.fill(values, value);
    return Tensor.of(arena, values, dims);
  }
}
