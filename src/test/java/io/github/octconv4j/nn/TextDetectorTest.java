package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.onnx.OnnxModel;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * PP-OCRv3's text detector, as Paddle exported it: a network of others whose images may have any
 * size that 32 divides. Right is what plain Java computes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TextDetectorTest {
  private static final String RESOURCE = "models/ch_PP-OCRv3_det_infer.onnx";

  private Path file;
  private Network network;

  @BeforeAll
  void load(@TempDir Path folder) throws IOException {
    file = folder.resolve("det.onnx");
    try (InputStream in = ClassLoader.getSystemResourceAsStream(RESOURCE)) {
      Files.copy(Objects.requireNonNull(in, RESOURCE), file);
    }
    network = Network.load(file);
  }

  @AfterAll
  void close() {
    network.close();
  }

  /** Dark strokes as of letters on light paper, and a slope of grey. */
  private static float[] picture(int batch, int height, int width) {
    float[] values = new float[batch * 3 * height * width];
    for (int i = 0; i < values.length; i++) {
      int x = i % width;
      int y = i / width % height;
      boolean line = Math.abs(y - height / 2) < 10 && x > 8 && x < width - 8;
      boolean upright = x % 12 < 3;
      boolean across = x % 12 < 8 && (y - height / 2 + 10 + x / 12) % 8 < 3;
      values[i] = line && (upright || across) ? -2 : 2.2f - 0.002f * (x + y);
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({"1, 64, 96", "2, 32, 128", "1, 96, 32"})
  void anySize(int batch, int height, int width) throws IOException {
    float[] values = picture(batch, height, width);
    String input = network.inputs().getFirst().name();
    String output = network.outputs().getFirst().name();
    double[] expected;
    try (OnnxModel model = OnnxModel.open(file)) {
      TensorData x = TensorData.of(values, batch, 3, height, width);
      expected = Interpreter.ofHeap().run(model.graph(), Map.of(input, x)).get(output).toDoubles();
    }
    try (Arena arena = Arena.ofConfined()) {
      Tensor x = Tensor.of(arena, values, batch, 3, height, width);
      Tensor y = network.run(Map.of(input, x)).get(output);
      assertThat(y.desc().dims()).containsExactly(batch, 1, height, width);
      float[] actual = y.floats();
      double largest = 0;
      for (int i = 0; i < actual.length; i++) {
        largest = Math.max(largest, expected[i]);
        assertThat((double) actual[i]).isBetween(expected[i] - 1e-4, expected[i] + 1e-4);
      }
      assertThat(largest).as("some of it looks like text").isGreaterThan(1e-3);
    }
  }
}
