package io.github.octconv4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.weights.SafetensorsFile;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documentation shows does what its comments say. */
@SameOnEveryProcessor
class SnippetsTest {
  private static final Path DEMO =
      Path.of("src/main/resources/io/github/octconv4j/cli/demo/fashion");
  private static final Path MODEL = DEMO.resolve("fashion_mnist_octave.safetensors");

  @TempDir private Path folder;

  @Test
  void aPhotographBecomesAnInput() throws Exception {
    assertThat(Snippets.photograph(DEMO.resolve("1_trouser.png"))).hasSize(3 * 224 * 224);
  }

  @Test
  void aDatasetIsRead() throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(18).putInt(0x803).putInt(1).putInt(1).putInt(2);
    bytes.put((byte) 255);
    Path file = Files.write(folder.resolve("images"), bytes.array());
    assertThat(Snippets.dataset(file)).containsExactly((1 - .286f) / .353f, -.286f / .353f);
  }

  @Test
  void aFileIsListed() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      Snippets.file(MODEL);
    } finally {
      System.setOut(before);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("fc.weight F32 [10, 128]", "1280 weights");
  }

  @Test
  void aStoreIsComplete() throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(MODEL)) {
      assertThat(Snippets.store(file)).containsExactly(1280, 10);
    }
  }
}
