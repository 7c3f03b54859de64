package io.github.octconv4j.cli;

import io.github.octconv4j.files.AtomicFile;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** A file to be written: there is all of it or nothing. */
public final class OutputFile {
  private final Path path;

  private OutputFile(Path path) {
    this.path = path;
  }

  /**
   * Checks that a file can be made or replaced there, before anyone works for it.
   *
   * @throws IOException if not; one line that starts with the path says why
   */
  public static OutputFile of(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException(
          Printable.path(path) + ": cannot be written, the folder does not exist");
    }
    if (Files.isDirectory(path)) {
      throw new IOException(Printable.path(path) + ": cannot be written, it is a directory");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new IOException(Printable.path(path) + ": cannot be written, it is not a regular file");
    }
    if (!Files.isWritable(folder)) {
      throw new IOException(
          Printable.path(path) + ": cannot be written, its folder is not writable");
    }
    return new OutputFile(path);
  }

  /**
   * Checks the same for a picture, which is written as PNG whatever its name.
   *
   * @throws IOException if not, or if the name says that it is something else
   */
  static OutputFile png(Path path) throws IOException {
    OutputFile file = of(path);
    if (!path.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
      throw new IOException(
          Printable.path(path) + ": pictures are written as PNG, give a name that ends in .png");
    }
    return file;
  }

  /** Something that writes the content of a file. */
  public interface Content {
    /** Writes it. */
    void write(OutputStream out) throws IOException;
  }

  /** Replaces the file. */
  public void write(byte[] bytes) throws IOException {
    write(out -> out.write(bytes));
  }

  /** Replaces the file by a JSON object. */
  public void writeJson(Json.Content content) throws IOException {
    write(
        out -> {
          Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          Json.print(writer, content);
          writer.flush();
        });
  }

  /**
   * Replaces the file by what is written.
   *
   * @throws OutputException if that fails; the file is then as it was
   */
  public void write(Content content) throws IOException {
    try {
      AtomicFile.write(path, content::write);
    } catch (MachineException e) {
      throw e; // says what to do
    } catch (IOException e) {
      throw new OutputException(Printable.path(path) + ": cannot be written, " + reason(e), e);
    }
  }

  /** Without the name of the unfinished file, which nobody knows. */
  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    } else if (e instanceof NoSuchFileException) {
      return "its folder takes no new files"; // as those of the system's own file systems
    } else if (e instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason();
    }
    return String.valueOf(e.getMessage());
  }
}
