package io.github.octconv4j.cli.shapes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Reads problem files: problems, comments and options, {@code --batch=FILE} among them. As in
 * benchdnn an option holds until it is given again or {@code --reset}, across files.
 */
public final class ShapeReader {
  private final Driver driver;
  private final Settings settings;
  private final Deque<Path> open = new ArrayDeque<>();
  private final List<ShapeCase> cases = new ArrayList<>();

  /**
   * A reader.
   *
   * @param types where no option of a file says otherwise
   */
  public ShapeReader(Driver driver, Types types) {
    this.driver = driver;
    this.settings = new Settings(driver, types);
  }

  /** Returns what was read so far. */
  public List<ShapeCase> cases() {
    return List.copyOf(cases);
  }

  /**
   * Reads a problem or an option that stands in no file.
   *
   * @param place for messages
   * @throws IllegalArgumentException if it can't be understood
   */
  public ShapeReader add(String place, String word) throws IOException {
    read(place, word);
    return this;
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it can't be read
   * @throws IllegalArgumentException if a word can't be understood; the message names file and line
   */
  public ShapeReader addFile(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a folder, expected a file of problems");
    }
    // Bytes that are no text become words that are no problems, which names file and line.
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    open.push(file);
    for (Word word : Word.of(text)) {
      read(file + ":" + word.line(), word.text());
    }
    open.pop();
    return this;
  }

  private void read(String place, String word) throws IOException {
    try {
      if (word.startsWith("--batch=")) {
        addFile(batch(word.substring("--batch=".length())));
      } else if (word.startsWith("-")) {
        settings.apply(word);
      } else {
        cases.addAll(settings.cases(place, ProblemParser.parse(driver, word)));
      }
    } catch (BadWordException e) {
      throw e; // of a file inside, which has its own place
    } catch (IllegalArgumentException e) {
      throw new BadWordException(place + ": " + e.getMessage(), e);
    }
  }

  /** A file beside the one that names it, or else in the working directory. */
  private Path batch(String name) throws IOException {
    Path file = Path.of(name);
    if (!open.isEmpty() && Files.exists(open.peek().resolveSibling(name))) {
      file = open.peek().resolveSibling(name);
    }
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "--batch=%s: there is no such file, neither beside this one nor in the working directory"
              .formatted(name));
    }
    for (Path outer : open) {
      if (Files.isSameFile(outer, file)) {
        throw new IllegalArgumentException("--batch=%s: the file includes itself".formatted(name));
      }
    }
    return file;
  }

  /** Names its place already. */
  private static final class BadWordException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    BadWordException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
