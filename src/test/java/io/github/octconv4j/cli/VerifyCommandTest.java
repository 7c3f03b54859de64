package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
  private static final Path CASES = Path.of("src/test/resources/cases");
  private static final Path ONE = CASES.resolve("middle_k3_a50.safetensors");

  @TempDir private Path folder;

  @Test
  void allCases() {
    CommandRun run = CommandRun.of("verify", CASES).succeeded();
    assertThat(run.lastLine()).isEqualTo("31 passed, 0 failed");
    assertThat(run.lines()).hasSize(32).first().asString().matches("first_depthwise_x4 .* ok");
    assertThat(run.lines().subList(0, 31)).isSorted().allMatch(line -> line.endsWith("  ok"));
  }

  @Test
  void allCasesInBf16() {
    CommandRun run = CommandRun.of("verify", "--dtype", "bf16", CASES).succeeded();
    assertThat(run.lastLine()).isEqualTo("31 passed, 0 failed");
  }

  @Test
  void filesInTheOrderGiven() {
    CommandRun run =
        CommandRun.of("verify", ONE, CASES.resolve("first_k3_a50.safetensors")).succeeded();
    assertThat(run.lines().get(0))
        .matches("middle_k3_a50 +8\\+8>8\\+8 16x16 k3 s1 p1 d1 g1 +\\S+e-0\\d +ok");
    assertThat(run.lines().get(1)).startsWith("first_k3_a50 ");
    assertThat(run.lastLine()).isEqualTo("2 passed, 0 failed");
  }

  /** One expected value is changed: by 1e-3, which only f32 notices, and by 1. */
  @Test
  void damagedCase() throws IOException {
    Path slightly = damaged("slightly.safetensors", 1e-3f);
    CommandRun run = CommandRun.of("verify", slightly, ONE);
    assertThat(run.lines().get(0)).containsPattern("1\\.0e-03  FAILED: y_l\\[0, 7, 7, 7] is ");
    assertThat(run.lastLine()).isEqualTo("1 passed, 1 failed");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEmpty();
    CommandRun.of("verify", "--dtype", "bf16", slightly).succeeded();

    CommandRun bf16 = CommandRun.of("verify", "--dtype", "bf16", damaged("badly.safetensors", 1));
    assertThat(bf16.lastLine()).isEqualTo("0 passed, 1 failed");
    assertThat(bf16.exitCode()).isEqualTo(1);
  }

  @Test
  void notANumber() throws IOException {
    CommandRun run = CommandRun.of("verify", damaged("nan.safetensors", Float.NaN));
    assertThat(run.lines().get(0)).containsPattern("NaN  FAILED: y_l\\[0, 7, 7, 7] is .* NaN");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void otherShapeThanComputed() throws IOException {
    Path path =
        tiny("1", "POOL_ALL").floats("y_h", new float[2], 1, 1, 1, 2).write(folder.resolve("c"));
    CommandRun run = CommandRun.of("verify", path);
    assertThat(run.lines().get(0))
        .endsWith("NaN  FAILED: y_h is [1, 1, 2, 2], expected [1, 1, 1, 2]");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  /** y_h = 3 x_l of four pixels, pooled and upsampled or neither. */
  @Test
  void rules() throws IOException {
    float[] means = {7.5f, 7.5f, 7.5f, 7.5f};
    float[] same = {3, 6, 9, 12};
    Path poolAll = tiny("2", "x").floats("y_h", means, 1, 1, 2, 2).write(folder.resolve("pool"));
    Path keepLow =
        tiny("2", "keep_low").floats("y_h", same, 1, 1, 2, 2).write(folder.resolve("keep"));
    CommandRun run = CommandRun.of("verify", poolAll, keepLow).succeeded();
    assertThat(run.lines().get(1)).contains(" KEEP_LOW CEIL ");
  }

  private static SafetensorsWriter tiny(String stride, String strideRule) {
    boolean strided = stride.equals("2");
    return new SafetensorsWriter()
        .metadata("name", "tiny")
        .metadata("batch", "1")
        .metadata("in_channels", "1")
        .metadata("out_channels", "1")
        .metadata("height", strided ? "4" : "2")
        .metadata("width", strided ? "4" : "2")
        .metadata("kernel", "1")
        .metadata("stride", stride)
        .metadata("padding", "0")
        .metadata("dilation", "1")
        .metadata("groups", "1")
        .metadata("bias", "false")
        .metadata("alpha_in", "1")
        .metadata("alpha_out", "0")
        .metadata("stride_rule", strideRule)
        .metadata("size_rule", "Ceil")
        .floats("w_lh", new float[] {3}, 1, 1, 1, 1)
        .floats(
            "x_l",
            strided ? new float[] {1, 2, 3, 4} : new float[] {1},
            1,
            1,
            strided ? 2 : 1,
            strided ? 2 : 1);
  }

  @Test
  void noCase() throws IOException {
    Path path =
        new SafetensorsWriter().metadata("name", "x").write(folder.resolve("x.safetensors"));
    CommandRun.of("verify", ONE, path)
        .failed(
            2,
            "octconv verify: %s: is no case: metadata key in_channels is missing, there are [name]"
                .formatted(path));
  }

  @Test
  void tensorsThatDoNotFit() throws IOException {
    Path missing = tiny("1", "").write(folder.resolve("missing"));
    CommandRun.of("verify", missing)
        .failed(2, "octconv verify: %s: is no case: tensor y_h is missing".formatted(missing));

    Path biased =
        tiny("1", "")
            .metadata("bias", "true")
            .floats("y_h", new float[4], 1, 1, 2, 2)
            .write(folder.resolve("biased"));
    CommandRun.of("verify", biased)
        .failed(
            2,
            "octconv verify: %s: is no case: metadata key bias is true, but tensor b_lh is missing"
                .formatted(biased));

    Path misshapen =
        tiny("1", "")
            .metadata("batch", "2")
            .floats("y_h", new float[4], 1, 1, 2, 2)
            .write(folder.resolve("misshapen"));
    CommandRun.of("verify", misshapen)
        .failed(
            2,
            "octconv verify: %s: is no case: tensor x_l has the shape [1, 1, 1, 1], by the metadata it is [2, 1, 1, 1]"
                .formatted(misshapen));
  }

  @Test
  void impossibleSpecification() throws IOException {
    Path path = tiny("3", "").write(folder.resolve("c"));
    CommandRun.of("verify", path)
        .failed(2, "octconv verify: %s: is no case: stride must be 1 or 2, was 3".formatted(path));
  }

  @Test
  void truncated() throws IOException {
    Path path = folder.resolve("cut.safetensors");
    byte[] bytes = Files.readAllBytes(ONE);
    Files.write(path, java.util.Arrays.copyOf(bytes, bytes.length - 1));
    CommandRun run = CommandRun.of("verify", path);
    assertThat(run.err()).startsWith("octconv verify: " + path + ": ").hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void missingAndEmptyPaths() {
    Path missing = folder.resolve("missing");
    CommandRun.of("verify", ONE, missing)
        .failed(2, "octconv verify: " + missing + ": no such file or folder");
    CommandRun.of("verify", folder)
        .failed(2, "octconv verify: " + folder + ": has no *.safetensors files");
    CommandRun.of("verify")
        .failed(2, "octconv verify: Missing required parameter: 'PATH'; see octconv verify --help");
  }

  /** A copy of a case whose last expected value is off by {@code error}. */
  private Path damaged(String name, float error) throws IOException {
    byte[] bytes = Files.readAllBytes(ONE);
    String header = new String(bytes, StandardCharsets.ISO_8859_1);
    assertThat(header.lastIndexOf("\"y_l\"")).isGreaterThan(header.lastIndexOf("\"y_h\""));
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int last = bytes.length - Float.BYTES;
    buffer.putFloat(last, buffer.getFloat(last) + error);
    return Files.write(folder.resolve(name), bytes);
  }
}
