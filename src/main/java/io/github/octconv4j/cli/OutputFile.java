package io.github.octconv4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file to be written: there is all of it or nothing. */
final class OutputFile {
  private final Path path;

  private OutputFile(Path path) {
    this.path = path;
  }

  /**
   * Checks that a file can be made or replaced there, before anyone works for it.
   *
   * @throws IOException if not; one line that starts with the path says why
   */
  static OutputFile of(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException(path + ": cannot be written, the folder does not exist");
    }
    if (Files.isDirectory(path)) {
      throw new IOException(path + ": cannot be written, it is a directory");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new IOException(path + ": cannot be written, it is not a regular file");
    }
    if (!Files.isWritable(folder)) {
      throw new IOException(path + ": cannot be written, its folder is not writable");
    }
    return new OutputFile(path);
  }

  void write(byte[] bytes) throws IOException {
    // A link stays one: what it points to is replaced.
    Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    Path part =
        target.resolveSibling(
            ".%s.%d.part".formatted(target.getFileName(), ProcessHandle.current().pid()));
    try {
      Files.write(part, bytes, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new IOException(path + ": cannot be written, " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
