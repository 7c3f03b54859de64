package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.onnx.OnnxWriter;
import io.github.octconv4j.weights.ElementType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxTestCommandTest {
  private static final QuantizeLinear QUANTIZE = new QuantizeLinear(1, 0, ElementType.U8);
  private static final Path SHARED = Path.of("../shared/onnx");

  @TempDir private Path folder;

  /** A test of {@code y = a + a}, with or without its input. */
  private Path test(String name, boolean input, float... expected) throws IOException {
    return test(name, input ? new float[] {1, 2, 3} : null, expected);
  }

  private Path test(String name, float @Nullable [] input, float... expected) throws IOException {
    GraphBuilder b = new GraphBuilder("g");
    String a = b.input("a", TensorType.of(ElementType.F32, 3));
    b.add(new Node("n", new Binary(BinaryFunction.ADD), List.of(a, a), List.of("y")));
    Path test = Files.createDirectories(folder.resolve(name));
    OnnxWriter.write(b.output("y").build(), test.resolve("model.onnx"));
    Path set = Files.createDirectories(test.resolve("test_data_set_0"));
    if (input != null) {
      Files.write(set.resolve("input_0.pb"), tensor(input));
    }
    Files.write(set.resolve("output_0.pb"), tensor(expected));
    return test;
  }

  /** A TensorProto: dims, data_type 1, raw_data. */
  private static byte[] tensor(float... values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {0x08, (byte) values.length, 0x10, 1, 0x4a});
    bytes.write(4 * values.length);
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    bytes.writeBytes(raw.array());
    return bytes.toByteArray();
  }

  @Test
  void aLineForEachTestAndTheNumbersOfThem() throws IOException {
    test("good", true, 2, 4, 6);
    test("near", true, 2, 4.004f, 6);
    test("made_up", false, 0, 2 / 3f, 4 / 3f);
    assertThat(CommandRun.of("onnx-test", "--interpreter", folder).succeeded().lines())
        .containsExactly(
            "good      0.0e+00  ok",
            "made_up   0.0e+00  ok",
            "near      4.0e-03  ok",
            "3 passed, 0 failed");
  }

  @Test
  void differencesFail() throws IOException {
    test("far", true, 2, 4.1f, 6);
    test("short", true, 2, 4);
    CommandRun run = CommandRun.of("onnx-test", folder.resolve("far"), folder.resolve("short"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEmpty();
    assertThat(run.lines())
        .containsExactly(
            "far     1.0e-01  FAILED: y: element 1 of F32[3] is 4.0, expected 4.099999904632568",
            "short       NaN  FAILED: y is F32[3], expected F32[2]",
            "0 passed, 2 failed");
  }

  /** No number is a number that was expected, nor is any number infinite. */
  @Test
  void whatIsNotFiniteIsThatOrWrong() throws IOException {
    float[] input = {Float.NaN, Float.POSITIVE_INFINITY, 1};
    test("same", input, Float.NaN, Float.POSITIVE_INFINITY, 2);
    test("no_infinity", true, 2, Float.POSITIVE_INFINITY, 6);
    test("a_number", input, 0, Float.POSITIVE_INFINITY, 2);
    CommandRun run = CommandRun.of("onnx-test", folder);
    assertThat(run.lines().getLast()).isEqualTo("1 passed, 2 failed");
    assertThat(run.lines()).anyMatch(line -> line.matches("same +0.0e\\+00  ok"));
  }

  @Test
  void aToleranceOfTheLargest() throws IOException {
    test("far", true, 2, 4.1f, 6);
    CommandRun.of("onnx-test", "--tolerance", ".02", folder).succeeded();
    assertThat(CommandRun.of("onnx-test", "--tolerance", ".01", folder).exitCode()).isEqualTo(1);
    CommandRun.of("onnx-test", "--tolerance", "1", folder)
        .failed(
            2,
            "octconv onnx-test: --tolerance must be from 0 to below 1, was 1.0; see octconv"
                + " onnx-test --help");
  }

  /** A product between quantised values may be rounded to either neighbour; nothing else may. */
  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0", "1.2, 1"})
  void quantisedProductsMayBeAStepOff(float steps, int exitCode) throws IOException {
    GraphBuilder b = new GraphBuilder("g");
    String a = b.input("a", TensorType.of(ElementType.F32, 1, 3));
    String half = b.constant(TensorData.of(new float[] {.5f}));
    String x =
        b.add(new DequantizeLinear(1, 0), b.add(QUANTIZE, a, half), half); // 1, 2, 3 as they are
    String w = b.constant(TensorData.of(new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, 3, 3));
    String whole = b.add(QUANTIZE, b.add(new MatMul(), x, w), half);
    b.add(new Node("n", new DequantizeLinear(1, 0), List.of(whole, half), List.of("y")));
    Path test = test("product", true, 1, 2 + .5f * steps, 3);
    OnnxWriter.write(b.output("y").build(), test.resolve("model.onnx"));
    for (String file : new String[] {"input_0.pb", "output_0.pb"}) { // of two dimensions
      Path path = test.resolve("test_data_set_0").resolve(file);
      byte[] flat = Files.readAllBytes(path);
      byte[] row = new byte[flat.length + 2];
      row[0] = 0x08;
      row[1] = 1;
      System.arraycopy(flat, 0, row, 2, flat.length);
      Files.write(path, row);
    }
    assertThat(CommandRun.of("onnx-test", "--interpreter", folder).exitCode()).isEqualTo(exitCode);
  }

  @Test
  void whatCantBeReadFails() throws IOException {
    Path test = test("broken", true, 1);
    Files.write(test.resolve("model.onnx"), new byte[] {1, 2});
    CommandRun run = CommandRun.of("onnx-test", folder);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.lines().getFirst()).contains("FAILED: ").contains("model.onnx: ");
    assertThat(run.lastLine()).isEqualTo("0 passed, 1 failed");
  }

  @Test
  void foldersWithoutTests() throws IOException {
    CommandRun.of("onnx-test", folder)
        .failed(2, "octconv onnx-test: " + folder + ": has no folders with a model.onnx");
    CommandRun.of("onnx-test", folder.resolve("gone"))
        .failed(2, "octconv onnx-test: " + folder.resolve("gone") + ": no such folder");
  }

  @Test
  void whatRunsInJavaIsNamed() throws IOException {
    GraphBuilder b = new GraphBuilder("g");
    String a = b.input("a", TensorType.of(ElementType.F32, 3));
    b.add(new Node("root", Unary.of(UnaryFunction.SQRT), List.of(a), List.of("y")));
    Path test = Files.createDirectories(folder.resolve("sqrt"));
    OnnxWriter.write(b.output("y").build(), test.resolve("model.onnx"));
    Path set = Files.createDirectories(test.resolve("test_data_set_0"));
    Files.write(set.resolve("input_0.pb"), tensor(1, 4, 9));
    Files.write(set.resolve("output_0.pb"), tensor(1, 2, 3));
    assertThat(CommandRun.of("onnx-test", "--verbose", folder).succeeded().lines())
        .containsExactly("sqrt   0.0e+00  ok", "  in Java: Sqrt root", "1 passed, 0 failed");
    assertThat(CommandRun.of("onnx-test", "--verbose", "--interpreter", folder).succeeded().lines())
        .containsExactly("sqrt   0.0e+00  ok", "1 passed, 0 failed");
  }

  /** ONNX's own tests, where they are; light networks take minutes and are left to the command. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void onnxOwnTests(boolean interpreter) {
    assumeTrue(Files.isDirectory(SHARED), SHARED + " is not there");
    List<Object> arguments = new ArrayList<>(List.of("onnx-test"));
    if (interpreter) {
      arguments.add("--interpreter");
    }
    List.of("node", "pytorch", "octave").forEach(name -> arguments.add(SHARED.resolve(name)));
    CommandRun run = CommandRun.of(arguments.toArray());
    assertThat(run.lines()).noneMatch(line -> line.contains("FAILED"));
    assertThat(run.lastLine()).matches("[1-9]\\d\\d+ passed, 0 failed");
  }
}
