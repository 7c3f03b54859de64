package io.github.octconv4j.bench.report;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.octconv4j.cli.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A file of measurements.
 *
 * @param <T> what a result holds
 * @param machine where and when it was measured
 * @param results the results
 */
public record Measurements<T>(MachineInfo machine, List<T> results) {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  /** The file as it is written. */
  private record Written<T>(MachineInfo machine, String kind, List<T> results) {}

  /** Checks that there is something. */
  public Measurements {
    if (machine == null || results == null) {
      throw new IllegalArgumentException("the fields machine and results are missing");
    }
    results = List.copyOf(results);
  }

  /**
   * Reads a file.
   *
   * @return nothing where there is no such file
   * @throws IOException if it holds something else; the message names it
   */
  public static <T> Optional<Measurements<T>> read(Path file, Class<T> result) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    JavaType type = MAPPER.getTypeFactory().constructParametricType(Measurements.class, result);
    try {
      return Optional.of(MAPPER.readValue(Files.readAllBytes(file), type));
    } catch (JacksonException e) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: %s; measure again or delete the file",
              file,
              e.getOriginalMessage()),
          e);
    }
  }

  /**
   * Writes a file, as a whole or not at all.
   *
   * @param kind what it holds
   */
  public void write(Path file, String kind) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    OutputFile.of(file)
        .write(
            MAPPER
                .writerWithDefaultPrettyPrinter()
                .writeValueAsBytes(new Written<>(machine, kind, results)));
  }
}
