package io.github.octconv4j.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.octconv4j.cli.Machine;
import io.github.octconv4j.cli.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Results of a long measurement, in a file that is complete after each of them, so that nothing is
 * lost by an interruption. Says on the error output how far it is and what remains.
 */
public final class Measured {
  private final String kind;
  private final Path path;
  private final OutputFile file;
  private final Machine machine;
  private final List<Map<String, Object>> results = new ArrayList<>();
  private final long begin = System.nanoTime();
  private final int steps;
  private int done;

  /**
   * Begins.
   *
   * @param folder made if it does not exist
   * @param kind of the measurement, the file's name before {@code .json}
   * @param threads of the measurements
   * @param steps how often {@link #step} will be called
   */
  public Measured(Path folder, String kind, int threads, int steps) throws IOException {
    Files.createDirectories(folder);
    this.kind = kind;
    this.path = folder.resolve(kind + ".json");
    this.file = OutputFile.of(path);
    this.machine = Machine.here(threads);
    this.steps = steps;
  }

  /** Returns where. */
  public Machine machine() {
    return machine;
  }

  /** Returns the file. */
  public Path path() {
    return path;
  }

  /** Says what comes next and when all will be done. */
  public void step(String what) {
    long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
    String rest =
        done == 0
            ? ""
            : String.format(
                Locale.ROOT,
                ", %d s so far, about %d s to go",
                seconds,
                seconds * (steps - done) / done);
    done++;
    System.err.printf(Locale.ROOT, "%s %d/%d: %s%s%n", kind, done, steps, what, rest);
  }

  /** Adds a result; values are strings, numbers or null. */
  public void add(Map<String, Object> result) throws IOException {
    results.add(result);
    file.writeJson(this::write);
  }

  private void write(JsonGenerator json) throws IOException {
    machine.write(json);
    json.writeStringField("kind", kind);
    json.writeArrayFieldStart("results");
    for (Map<String, Object> result : results) {
      json.writeStartObject();
      for (Map.Entry<String, Object> field : result.entrySet()) {
        json.writeFieldName(field.getKey());
        json.writePOJO(rounded(field.getValue()));
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** More digits than were measured are only in the way. */
  private static Object rounded(Object value) {
    return value instanceof Double number ? Math.round(number * 1e4) / 1e4 : value;
  }
}
