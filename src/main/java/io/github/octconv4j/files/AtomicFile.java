package io.github.octconv4j.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Writes files of which there is all or nothing, also where writing fails half-way. */
public final class AtomicFile {
  private static final AtomicLong NUMBER = new AtomicLong();

  private AtomicFile() {}

  /** Something that writes the content of a file. */
  public interface Content {
    /** Writes it. */
    void write(OutputStream out) throws IOException;
  }

  /**
   * Makes or replaces a file. A link stays one: what it points to is replaced.
   *
   * @throws IOException if that fails; the file is then as it was
   */
  public static void write(Path path, Content content) throws IOException {
    Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    Path part =
        target.resolveSibling(
            String.format(
                Locale.ROOT,
                ".%s.%d.%d.part",
                target.getFileName(),
                ProcessHandle.current().pid(),
                NUMBER.getAndIncrement()));
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
        content.write(out);
      }
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
