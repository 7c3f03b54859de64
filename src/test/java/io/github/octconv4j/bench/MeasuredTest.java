package io.github.octconv4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.github.octconv4j.SameOnEveryProcessor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of a measurement is complete whenever the process ends. */
@SameOnEveryProcessor
class MeasuredTest {
  @TempDir private Path folder;

  private static List<String> words(Path file) throws IOException {
    List<String> words = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(file.toFile())) {
      while (parser.nextToken() != null) {
        words.add(parser.getText());
      }
    }
    return words;
  }

  @Test
  void allSoFarIsThereAfterEachResult() throws IOException {
    Measured measured = new Measured(folder.resolve("new"), "bridge", 2, 2);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("layer", "a");
    result.put("alpha", null);
    result.put("us", 1.23456789);
    measured.add(result);
    List<String> words = words(folder.resolve("new/bridge.json"));
    assertThat(words).startsWith("{", "machine", "{", "processor");
    assertThat(words).containsSequence("threads", "2", "}", "kind", "bridge", "results", "[", "{");
    assertThat(words).endsWith("{", "layer", "a", "alpha", "null", "us", "1.2346", "}", "]", "}");

    measured.add(Map.of("primitives", 3));
    assertThat(words(measured.path()))
        .endsWith("1.2346", "}", "{", "primitives", "3", "}", "]", "}");
  }
}
