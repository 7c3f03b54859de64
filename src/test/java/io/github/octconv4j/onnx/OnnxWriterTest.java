package io.github.octconv4j.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.graph.pass.Passes;
import io.github.octconv4j.graph.pass.RecognizeOctave;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written and read again computes the same. */
@SameOnEveryProcessor
class OnnxWriterTest {
  private static final Path EXPORTS = Path.of("src/test/resources/io/github/octconv4j/onnx");

  @TempDir private Path folder;

  static List<Path> exports() throws IOException {
    try (Stream<Path> files = Files.find(EXPORTS, 3, (file, what) -> file.endsWith("model.onnx"))) {
      return files.map(Path::getParent).sorted().toList();
    }
  }

  private static Map<String, long[]> sizes(Graph graph, Map<String, TensorData> x) {
    Map<String, long[]> sizes = new HashMap<>();
    graph.inputs().forEach(input -> sizes.put(input.name(), x.get(input.name()).dims()));
    return sizes;
  }

  /** As it was read, and with its octave convolutions recognised: they are recognised again. */
  @ParameterizedTest
  @MethodSource("exports")
  void readWrittenAndReadAgain(Path test) throws IOException {
    Path again = folder.resolve("again.onnx");
    try (OnnxModel model = OnnxModel.open(test.resolve("model.onnx"))) {
      Graph graph = model.graph();
      Map<String, TensorData> x = new HashMap<>();
      for (int i = 0; i < graph.inputs().size(); i++) {
        Path file = test.resolve("test_data_set_0/input_" + i + ".pb");
        x.put(graph.inputs().get(i).name(), OnnxTensorFile.read(file));
      }
      OnnxWriter.write(graph, again);
      compare(graph, again, x);
      RecognizeOctave.Result found =
          RecognizeOctave.find(Passes.simplify(graph.bind(sizes(graph, x))));
      OnnxWriter.write(found.graph(), again);
      try (OnnxModel written = OnnxModel.open(again)) {
        assertThat(RecognizeOctave.find(written.graph()).recognized())
            .hasSameSizeAs(found.recognized());
        // ONNX Runtime refuses a file in which two nodes have one name.
        assertThat(written.graph().nodes().stream().map(Node::name).filter(n -> !n.isEmpty()))
            .doesNotHaveDuplicates();
      }
      compare(found.graph(), again, x);
    }
  }

  private static void compare(Graph graph, Path file, Map<String, TensorData> x)
      throws IOException {
    try (OnnxModel written = OnnxModel.open(file)) {
      assertThat(written.opsets()).containsExactly(Map.entry("", 17L));
      assertThat(written.graph().inputs()).isEqualTo(graph.inputs());
      assertThat(written.graph().outputs()).isEqualTo(graph.outputs());
      Map<String, TensorData> expected = Interpreter.ofHeap().run(graph, x);
      Map<String, TensorData> actual = Interpreter.ofHeap().run(written.graph(), x);
      for (String output : graph.outputs()) {
        double[] right = expected.get(output).toDoubles();
        double[] values = actual.get(output).toDoubles();
        assertThat(values).hasSameSizeAs(right);
        for (int i = 0; i < right.length; i++) {
          assertThat(values[i]).isBetween(right[i] - 1e-5, right[i] + 1e-5);
        }
      }
    }
  }

  private static Graph of(UnaryFunction function, TensorData constant) {
    GraphBuilder b = new GraphBuilder("g");
    String x = b.input("x", TensorType.of(ElementType.F32, 2));
    b.constant("c", constant);
    b.add(new Node("n", Unary.of(function), List.of(x), List.of("y")));
    b.add(new Node("m", Unary.of(UnaryFunction.NEG), List.of("c"), List.of("z")));
    return b.output("y", "z").build();
  }

  private long opset(UnaryFunction function) throws IOException {
    Path file = folder.resolve("m.onnx");
    OnnxWriter.write(of(function, TensorData.of(new float[2], 2)), Map.of("key", "value"), file);
    try (OnnxModel model = OnnxModel.open(file)) {
      assertThat(model.metadata()).isEqualTo(Map.of("key", "value"));
      assertThat(model.producer()).isEqualTo("octconv4j");
      return model.opsets().get("");
    }
  }

  @Test
  void theFirstSetThatHasAllOperations() throws IOException {
    assertThat(opset(UnaryFunction.RELU)).isEqualTo(17);
    assertThat(opset(UnaryFunction.SWISH)).isEqualTo(17);
    assertThat(opset(UnaryFunction.MISH)).isEqualTo(18);
    assertThat(opset(UnaryFunction.GELU)).isEqualTo(20);
  }

  /** Where the elements can't be read, the file that was there stays. */
  @Test
  void allOrNothing() throws IOException {
    Path file = Files.writeString(folder.resolve("m.onnx"), "before");
    TensorData lost =
        TensorData.lazy(
            ElementType.F32,
            () -> {
              throw new UncheckedIOException(new IOException("gone"));
            },
            100_000);
    assertThatThrownBy(() -> OnnxWriter.write(of(UnaryFunction.RELU, lost), file))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(Files.readString(file)).isEqualTo("before");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  /** Elements are not even asked for. */
  @Test
  void whatIsTooLargeIsRefused() {
    TensorData large =
        TensorData.lazy(
            ElementType.F32,
            () -> {
              throw new IllegalStateException("asked for");
            },
            1 << 29);
    Graph graph = of(UnaryFunction.RELU, large);
    assertThatThrownBy(() -> OnnxWriter.write(graph, folder.resolve("m.onnx")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("graph g has 2147\\d+ bytes, an ONNX file can have 2147483647");
  }

  /** A batch of any size stays one. */
  @Test
  void openSizes() throws IOException {
    Path test = EXPORTS.resolve("octave/batch_op9");
    Path again = folder.resolve("again.onnx");
    try (OnnxModel model = OnnxModel.open(test.resolve("model.onnx"))) {
      OnnxWriter.write(model.graph(), again);
      try (OnnxModel written = OnnxModel.open(again)) {
        Value input = written.graph().inputs().getFirst();
        assertThat(input).hasToString("input F32[n, 3, 12, 12]");
      }
    }
  }
}
