package io.github.octconv4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.onnx.OnnxWriter;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of docs/onnx.md. */
class OnnxFileTest {
  private static final Path SOURCE =
      Path.of("src/test/java/io/github/octconv4j/examples/OnnxFile.java");

  @TempDir private Path folder;

  @Test
  void itRuns() throws IOException {
    GraphBuilder b = new GraphBuilder("means");
    String x = b.input("image", TensorType.of(ElementType.F32, 1, 3, 224, 224));
    Path file = folder.resolve("net.onnx");
    OnnxWriter.write(b.output(b.add(new GlobalPool(PoolKind.AVERAGE, 0), x)).build(), file);
    float[] values = new float[3 * 224 * 224];
    Arrays.fill(values, 224 * 224, 2 * 224 * 224, 2);
    assertThat(OnnxFile.run(file, values)).containsExactly(0, 2, 0);
  }

  @Test
  void thePageShowsIt() throws IOException {
    String page = Files.readString(Path.of("docs/onnx.md"));
    String code = page.substring(page.indexOf("```java") + 8);
    List<String> shown = code.substring(0, code.indexOf("```")).lines().map(String::strip).toList();
    List<String> run =
        Files.readAllLines(SOURCE).stream()
            .map(String::strip)
            .map(line -> line.replace("Network.load(file)", "Network.load(Path.of(\"net.onnx\"))"))
            .map(line -> line.replace("return y.get", "float[] scores = y.get"))
            .toList();
    assertThat(shown).hasSizeLessThanOrEqualTo(10);
    assertThat(run).containsSequence(shown);
  }
}
