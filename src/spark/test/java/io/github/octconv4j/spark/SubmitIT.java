package io.github.octconv4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.octconv4j.nn.Classification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The line of docs/spark.md without the script spark-submit, which no registry has: the class that
 * it starts, on the jars and with the options that it gives it.
 */
class SubmitIT {
  @TempDir private Path folder;

  private record Ended(int code, String out, String err) {}

  @Test
  void aFolderOfPicturesIsScored() throws Exception {
    Path pictures = Files.createDirectories(folder.resolve("pictures/some"));
    List<Classification> expected = Clothes.expected(Clothes.OCTAVE);
    for (int i = 0; i < 20; i++) {
      Files.write(pictures.resolve(i + ".png"), Clothes.pngs().get(i));
    }
    Files.writeString(pictures.resolve("notes.txt"), "no picture");

    Path results = folder.resolve("results");
    Ended ended =
        submit(Clothes.OCTAVE.toString(), pictures.getParent().toString(), results.toString());
    assertThat(ended.code()).as("%s%s", ended.out(), ended.err()).isZero();
    assertThat(ended.out()).contains("20 rows, 1 errors");

    Map<String, JsonNode> rows = rows(results);
    assertThat(rows).hasSize(21);
    for (int i = 0; i < 20; i++) {
      assertThat(rows.get(i + ".png").at("/prediction/label").asText())
          .isEqualTo(expected.get(i).best().label());
    }
    assertThat(rows.get("notes.txt").get("error").asText()).startsWith("picture: ");
  }

  private static Map<String, JsonNode> rows(Path results) throws IOException {
    Map<String, JsonNode> rows = new TreeMap<>();
    try (Stream<Path> files = Files.list(results)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        for (String line : Files.readAllLines(file)) {
          JsonNode row = new ObjectMapper().readTree(line);
          String path = row.get("path").asText();
          rows.put(path.substring(path.lastIndexOf('/') + 1), row);
        }
      }
    }
    return rows;
  }

  @Test
  void whatIsWrongIsSaid() throws Exception {
    Ended ended = submit("only-a-model");
    assertThat(ended.code()).isNotZero();
    assertThat(ended.err()).contains("expected Score MODEL PICTURES RESULTS");
  }

  private Ended submit(String... arguments) throws Exception {
    String jars = Sessions.JARS;
    int last = jars.lastIndexOf(',');
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Sessions.HOME + "/jars/*",
                "-Xmx1g"));
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
    command.addAll(
        List.of(
            "org.apache.spark.deploy.SparkSubmit",
            "--master",
            "local[2]",
            "--conf",
            "spark.api.mode=classic",
            "--conf",
            "spark.ui.enabled=false",
            "--conf",
            "spark.local.dir=" + folder,
            "--jars",
            jars.substring(0, last),
            "--class",
            Score.class.getName(),
            jars.substring(last + 1)));
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(process.waitFor(3, TimeUnit.MINUTES)).as("within three minutes").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
