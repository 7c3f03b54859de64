package io.github.octconv4j.cli.bench;

import io.github.octconv4j.cli.shapes.Driver;
import io.github.octconv4j.cli.shapes.ShapeReader;
import io.github.octconv4j.cli.shapes.Types;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** Reads layers in the syntax of benchdnn's convolution problems. */
public final class LayerShapes {
  private static final String EMBEDDED = "/io/github/octconv4j/cli/bench_layers.txt";

  private final ShapeReader reader = new ShapeReader(Driver.CONV, Types.F32);

  /**
   * Adds a file of problems, or a problem.
   *
   * @throws IOException if a file can't be read
   * @throws IllegalArgumentException if it is neither, or a problem has no octave form
   */
  public LayerShapes add(String fileOrProblem) throws IOException {
    if (isFile(fileOrProblem)) {
      Path file = Path.of(fileOrProblem);
      if (Files.isDirectory(file)) {
        throw new IOException(file + ": is a folder, expected a file of problems");
      }
      reader.addFile(file);
      return this;
    }
    try {
      return addProblem(fileOrProblem);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("neither a file nor a problem: " + e.getMessage(), e);
    }
  }

  /** Adds a problem alone. */
  public LayerShapes addProblem(String problem) throws IOException {
    try {
      reader.add("", problem.strip());
    } catch (IllegalArgumentException e) {
      // The place is in front of messages, here there is none.
      throw new IllegalArgumentException(e.getMessage().replaceFirst("^: ", ""), e);
    }
    return this;
  }

  /** Adds the problems of a text, one a line, with comments that begin with {@code #}. */
  public LayerShapes addLines(String place, String text) throws IOException {
    for (String line : text.lines().map(String::strip).toList()) {
      if (!line.isEmpty() && !line.startsWith("#")) {
        reader.add(place, line);
      }
    }
    return this;
  }

  /** Adds layers of ResNet-50, embedded. */
  public LayerShapes addEmbedded() throws IOException {
    try (InputStream in = LayerShapes.class.getResourceAsStream(EMBEDDED)) {
      if (in == null) {
        throw new IOException(EMBEDDED + " is missing from the octconv4j jar");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return addLines(EMBEDDED.substring(EMBEDDED.lastIndexOf('/') + 1), text);
    }
  }

  /** Returns the layers that were read, without repeats. */
  public List<LayerShape> layers() {
    return reader.cases().stream().map(LayerShape::of).distinct().toList();
  }

  private static boolean isFile(String text) {
    try {
      return Files.exists(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
