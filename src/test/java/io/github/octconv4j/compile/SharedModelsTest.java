package io.github.octconv4j.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.onnx.OnnxTensorFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks of others against ONNX Runtime's outputs, where they are. */
class SharedModelsTest {
  private static final Path MODELS = Path.of("../shared/models");

  @TempDir private Path folder;

  /** No node of them runs in Java, no primitive is slow. */
  @ParameterizedTest
  @ValueSource(strings = {"mobilenet_v2_f32", "ppocr_v3_det", "ultraface_rfb320"})
  void floats(String name) throws IOException {
    assertThat(run(name, 1e-4)).isEmpty();
  }

  /** Quantised to steps of 1/256; nothing of it runs in Java. */
  @Test
  void bytes() throws IOException {
    assertThat(run("mobilenet_v2_qdq", 0.07)).noneMatch(Agreement::isJava);
  }

  /** Runs a model and returns what was slow in it. */
  private List<String> run(String name, double tolerance) throws IOException {
    Path model = MODELS.resolve(name);
    assumeTrue(Files.isDirectory(model), () -> model + " is not there");
    Path set = model.resolve("test_data_set_0");
    try (OnnxModel file = OnnxModel.open(unpacked(model));
        Engine engine = Engine.cpu();
        Constants constants = Constants.of(engine)) {
      Map<String, TensorData> inputs = new LinkedHashMap<>();
      Map<String, long[]> sizes = new LinkedHashMap<>();
      for (int i = 0; i < file.graph().inputs().size(); i++) {
        TensorData input = OnnxTensorFile.read(set.resolve("input_" + i + ".pb"));
        inputs.put(file.graph().inputs().get(i).name(), input);
        sizes.put(file.graph().inputs().get(i).name(), input.dims());
      }
      Graph graph = file.graph();
      try (CompiledGraph compiled =
              new GraphCompiler(engine, constants, graph)
                  .compile(sizes, GraphCompiler.ImageLayout.ROWS, PlanOptions.DEFAULT);
          GraphExecution execution = compiled.newExecution(name)) {
        Map<String, TensorData> outputs = execution.run(inputs);
        for (int i = 0; i < graph.outputs().size(); i++) {
          TensorData expected = OnnxTensorFile.read(set.resolve("output_" + i + ".pb"));
          assertClose(outputs.get(graph.outputs().get(i)), expected, tolerance);
        }
        return compiled.notes();
      }
    }
  }

  private Path unpacked(Path model) throws IOException {
    Path packed = model.resolve("model.onnx.gz");
    if (!Files.exists(packed)) {
      return model.resolve("model.onnx");
    }
    Path file = folder.resolve("model.onnx");
    try (InputStream in = new GZIPInputStream(Files.newInputStream(packed))) {
      Files.copy(in, file);
    }
    return file;
  }

  /** Within a part of the largest value. */
  private static void assertClose(TensorData actual, TensorData expected, double tolerance) {
    assertThat(actual.type()).isEqualTo(expected.type());
    double largest = 0;
    double error = 0;
    for (int i = 0; i < expected.count(); i++) {
      largest = Math.max(largest, Math.abs(expected.doubleAt(i)));
      error = Math.max(error, Math.abs(expected.doubleAt(i) - actual.doubleAt(i)));
    }
    assertThat(error).isLessThanOrEqualTo(tolerance * largest);
  }
}
