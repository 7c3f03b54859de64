package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * Reads problem files: problems, comments and options, {@code --batch=FILE} among them. As in
 * benchdnn an option holds until it is given again or {@code --reset}, across files.
 */
public final class ShapeReader {
  private static final int MOST_BYTES = 16 << 20; // of all files
  private static final int MOST_DEPTH = 50; // of files in files
  private static final int MOST_CASES = 100_000;

  private final Driver driver;
  private final Settings settings;
  private final Deque<Path> open = new ArrayDeque<>();
  private final List<ShapeCase> cases = new ArrayList<>();
  private int bytes;

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
      throw new IOException(Printable.path(file) + ": is a folder, expected a file of problems");
    }
    // Bytes that are no text become words that are no problems, which names file and line.
    String text = new String(bytes(file), StandardCharsets.UTF_8);
    open.push(file);
    for (Word word : Word.of(text)) {
      read(Printable.path(file) + ":" + word.line(), word.text());
    }
    open.pop();
    return this;
  }

  /** At most what is left of the limit; pipes are welcome, so the size is not asked for. */
  private byte[] bytes(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(Printable.path(file), null, "no such file");
    }
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(MOST_BYTES - bytes + 1);
    }
    bytes += content.length;
    if (bytes > MOST_BYTES) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: the files, each as often as it is read, have more than %d bytes",
              Printable.path(file),
              MOST_BYTES));
    }
    return content;
  }

  private void read(String place, String word) throws IOException {
    try {
      if (word.startsWith("--batch=")) {
        addFile(batch(word.substring("--batch=".length())));
      } else if (word.startsWith("-")) {
        settings.apply(word);
      } else {
        cases.addAll(settings.cases(place, ProblemParser.parse(driver, word)));
        if (cases.size() > MOST_CASES) {
          throw new IllegalArgumentException(
              String.format(Locale.ROOT, "there are more than %d cases", MOST_CASES));
        }
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
          String.format(
              Locale.ROOT,
              "--batch=%s: there is no such file, neither beside this one nor in the working directory",
              Printable.path(name)));
    }
    if (open.size() == MOST_DEPTH) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "--batch=%s: there are %d files around this one already",
              Printable.path(name),
              MOST_DEPTH));
    }
    for (Path outer : open) {
      if (Files.isSameFile(outer, file)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "--batch=%s: the file includes itself", Printable.path(name)));
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
