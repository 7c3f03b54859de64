package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.Bf16Support;
import io.github.octconv4j.bench.OctaveOracle;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** Skipped where the processor has no bf16. */
  @Test
  void allCasesInBf16() {
    CommandRun run = CommandRun.of("verify", "--dtype", "bf16", CASES).succeeded();
    assertThat(run.lastLine())
        .isEqualTo(Bf16Support.isHere() ? "31 passed, 0 failed" : "0 passed, 0 failed, 31 skipped");
  }

  @Test
  void allCasesInTheFastestType() {
    CommandRun run = CommandRun.of("verify", "--dtype", "auto", CASES).succeeded();
    assertThat(run.lines().getFirst())
        .isEqualTo(Figures.type(CpuIsa.fastestType()) + ", the fastest on this processor");
    assertThat(run.lastLine()).isEqualTo("31 passed, 0 failed");
  }

  @Test
  void allCasesInFloatsWithBf16Arithmetic() {
    CommandRun run = CommandRun.of("verify", "--dtype", "f32-bf16", CASES).succeeded();
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
    CommandRun rounded = CommandRun.of("verify", "--dtype", "bf16", slightly).succeeded();
    CommandRun bf16 = CommandRun.of("verify", "--dtype", "bf16", damaged("badly.safetensors", 1));
    if (Bf16Support.isHere()) {
      assertThat(rounded.lastLine()).isEqualTo("1 passed, 0 failed");
      assertThat(bf16.lastLine()).isEqualTo("0 passed, 1 failed");
      assertThat(bf16.exitCode()).isEqualTo(1);
    } else {
      assertThat(rounded.lastLine()).isEqualTo("0 passed, 0 failed, 1 skipped");
      assertThat(bf16.succeeded().lastLine()).isEqualTo("0 passed, 0 failed, 1 skipped");
    }
  }

  @Test
  void notANumber() throws IOException {
    CommandRun run = CommandRun.of("verify", damaged("nan.safetensors", Float.NaN));
    assertThat(run.lines().get(0)).containsPattern("NaN  FAILED: y_l\\[0, 7, 7, 7] is .* NaN");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void otherShapeThanComputed() throws IOException {
    Path path = tiny("1").floats("y_h", new float[2], 1, 1, 1, 2).write(folder.resolve("c"));
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
    Path poolAll =
        tiny("2")
            .metadata("stride_rule", "pool_all")
            .floats("y_h", means, 1, 1, 2, 2)
            .write(file());
    Path keepLow =
        tiny("2").metadata("stride_rule", "KEEP_LOW").floats("y_h", same, 1, 1, 2, 2).write(file());
    Path absent = tiny("2").floats("y_h", means, 1, 1, 2, 2).write(file());
    CommandRun run = CommandRun.of("verify", poolAll, keepLow, absent).succeeded();
    assertThat(run.lines().get(0)).doesNotContain("_");
    assertThat(run.lines().get(1)).contains(" KEEP_LOW ");
    assertThat(run.lines().get(2)).doesNotContain("_");

    CommandRun wrong =
        CommandRun.of(
            "verify",
            tiny("2")
                .metadata("stride_rule", "keep_low")
                .floats("y_h", means, 1, 1, 2, 2)
                .write(file()));
    assertThat(wrong.exitCode()).isEqualTo(1);
  }

  /** The names in PyTorch's own cases are those of the defaults. */
  @ParameterizedTest
  @CsvSource({
    "stride_rule, avgpool2x2-then-stride1, ''",
    "stride_rule, POOL_ALL, ''",
    "size_rule, FLOOR, ''",
    "size_rule, Ceil, ' CEIL'",
    "downsample, avgpool2x2-floor, ''",
    "downsample, avgpool2x2-ceil, ' CEIL'",
  })
  void namesOfRules(String key, String name, String shown) throws IOException {
    Path path = tiny("2").metadata(key, name).floats("y_h", new float[4], 1, 1, 2, 2).write(file());
    String line = CommandRun.of("verify", path).lines().getFirst();
    assertThat(line).contains(" k1 s2 p0 d1 g1" + shown + "  ");
  }

  /** A rule that is not known must not be taken for the default. */
  @ParameterizedTest
  @CsvSource({
    "stride_rule, POOL, 'avgpool2x2-then-stride1, KEEP_LOW, MOVE_KERNEL, POOL_ALL'",
    "stride_rule, '', 'avgpool2x2-then-stride1, KEEP_LOW, MOVE_KERNEL, POOL_ALL'",
    "size_rule, avgpool2x2-floor, 'CEIL, FLOOR'",
    "downsample, maxpool, 'avgpool2x2-ceil, avgpool2x2-floor'",
  })
  void unknownRules(String key, String value, String allowed) throws IOException {
    Path path =
        tiny("2").metadata(key, value).floats("y_h", new float[4], 1, 1, 2, 2).write(file());
    CommandRun.of("verify", path)
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv verify: %s: is no case: metadata key %s must be one of %s, was \"%s\"",
                path,
                key,
                allowed,
                value));
  }

  /** Cases by the oracle, of all combinations of rules, odd sizes, batch 2. */
  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16", "f32-bf16"})
  void casesOfAllRules(String dtype) throws IOException {
    int count = 0;
    for (StrideRule strideRule : StrideRule.values()) {
      for (SizeRule sizeRule : SizeRule.values()) {
        for (String stride : new String[] {"1", "2"}) {
          for (double[] alphas : alphas(strideRule)) {
            Path path = folder.resolve("case" + count++ + ".safetensors");
            oracleCase(alphas, stride, strideRule, sizeRule).write(path);
          }
        }
      }
    }
    CommandRun run = CommandRun.of("verify", "--dtype", dtype, folder).succeeded();
    assertThat(run.lastLine())
        .isEqualTo(
            dtype.equals("bf16") && !Bf16Support.isHere()
                ? String.format(Locale.ROOT, "0 passed, 0 failed, %d skipped", count)
                : count + " passed, 0 failed");
    assertThat(run.lines().stream().filter(line -> line.contains(" KEEP_LOW"))).hasSize(12);
    assertThat(run.lines().stream().filter(line -> line.contains(" MOVE_KERNEL"))).hasSize(4);
    assertThat(run.lines().stream().filter(line -> line.contains(" CEIL"))).hasSize(count / 2);
  }

  /** Of both ends. */
  private static double[][] alphas(StrideRule rule) {
    return switch (rule) {
      case POOL_ALL, KEEP_LOW -> new double[][] {{0.5, 0.25}, {0.5, 0}, {0, 0.5}};
      case MOVE_KERNEL -> new double[][] {{0, 0}};
    };
  }

  private static SafetensorsWriter oracleCase(
      double[] alphas, String stride, StrideRule strideRule, SizeRule sizeRule) {
    OctaveConv2d spec =
        OctaveConv2d.of(20, 24)
            .alpha(alphas[0], alphas[1])
            .kernel(3)
            .padding(1)
            .stride(Integer.parseInt(stride))
            .strideRule(strideRule)
            .sizeRule(sizeRule)
            .build();
    SafetensorsWriter file =
        new SafetensorsWriter()
            .metadata("name", "rules")
            .metadata("batch", "2")
            .metadata("in_channels", "20")
            .metadata("out_channels", "24")
            .metadata("height", "15")
            .metadata("width", "11")
            .metadata("kernel", "3")
            .metadata("stride", stride)
            .metadata("padding", "1")
            .metadata("dilation", "1")
            .metadata("groups", "1")
            .metadata("bias", "true")
            .metadata("alpha_in", Double.toString(alphas[0]))
            .metadata("alpha_out", Double.toString(alphas[1]))
            .metadata("stride_rule", strideRule.name())
            .metadata("size_rule", sizeRule.name());
    Random random = new Random(3);
    OctaveOracle oracle = new OctaveOracle(spec);
    for (OctavePath path : spec.paths()) {
      long[] shape = spec.weightsShape(path);
      float[] kernel = random(random, shape);
      float[] bias = random(random, shape[0]);
      oracle.kernel(path, kernel).bias(path, bias);
      file.floats("w_" + path.shortName(), kernel, shape);
      file.floats("b_" + path.shortName(), bias, shape[0]);
    }
    float[] xh = random(random, 2, spec.in().high(), 15, 11);
    file.floats("x_h", xh, 2, spec.in().high(), 15, 11);
    TensorData high = OctaveOracle.tensor(xh, 2, spec.in().high(), 15, 11);
    TensorData low = null;
    if (spec.in().low() > 0) {
      int h = sizeRule == SizeRule.FLOOR ? 7 : 8;
      int w = sizeRule == SizeRule.FLOOR ? 5 : 6;
      float[] xl = random(random, 2, spec.in().low(), h, w);
      file.floats("x_l", xl, 2, spec.in().low(), h, w);
      low = OctaveOracle.tensor(xl, 2, spec.in().low(), h, w);
    }
    OctaveOracle.Parts y = oracle.apply(new OctaveOracle.Parts(high, low));
    add(file, "y_h", y.high());
    if (y.low() != null) {
      add(file, "y_l", y.low());
    }
    return file;
  }

  private static float[] random(Random random, long... dims) {
    long count = 1;
    for (long dim : dims) {
      count *= dim;
    }
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (2 * random.nextFloat() - 1) / 4;
    }
    return values;
  }

  private static void add(SafetensorsWriter file, String name, TensorData y) {
    file.floats(name, y.toFloats(), y.dims());
  }

  private Path file() throws IOException {
    return Files.createTempFile(folder, "case", ".safetensors");
  }

  private static SafetensorsWriter tiny(String stride) {
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
            String.format(
                Locale.ROOT,
                "octconv verify: %s: is no case: metadata key in_channels is missing, there are [name]",
                path));
  }

  @Test
  void tensorsThatDoNotFit() throws IOException {
    Path missing = tiny("1").write(folder.resolve("missing"));
    CommandRun.of("verify", missing)
        .failed(
            2,
            String.format(
                Locale.ROOT, "octconv verify: %s: is no case: tensor y_h is missing", missing));

    Path biased =
        tiny("1")
            .metadata("bias", "true")
            .floats("y_h", new float[4], 1, 1, 2, 2)
            .write(folder.resolve("biased"));
    CommandRun.of("verify", biased)
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv verify: %s: is no case: metadata key bias is true, but tensor b_lh is missing",
                biased));

    Path misshapen =
        tiny("1")
            .metadata("batch", "2")
            .floats("y_h", new float[4], 1, 1, 2, 2)
            .write(folder.resolve("misshapen"));
    CommandRun.of("verify", misshapen)
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv verify: %s: is no case: tensor x_l has the shape [1, 1, 1, 1], by the metadata it is [2, 1, 1, 1]",
                misshapen));
  }

  @Test
  void impossibleSpecification() throws IOException {
    Path path = tiny("3").write(folder.resolve("c"));
    CommandRun.of("verify", path)
        .failed(
            2,
            String.format(
                Locale.ROOT, "octconv verify: %s: is no case: stride must be 1 or 2, was 3", path));
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
