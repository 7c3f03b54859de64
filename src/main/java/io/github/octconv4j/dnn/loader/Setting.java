package io.github.octconv4j.dnn.loader;

import java.nio.charset.Charset;
import java.nio.file.FileSystem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * A path that a property or a variable of the environment gives.
 *
 * @param name as messages have it, for instance {@code -Doctconv4j.cache.dir}
 * @param value what it is set to
 * @param files where it is a path
 */
record Setting(String name, String value, FileSystem files) {
  /** A system property of this process that is set, be it to nothing. */
  static Optional<Setting> property(String name) {
    return Surroundings.PROCESS.property(name);
  }

  /**
   * Returns the path; a relative one stays so.
   *
   * @throws UnsatisfiedLinkError if it is blank, or has characters that the system does not allow
   *     or the process' encoding of file names has not; the message says what to do
   */
  Path path() {
    if (value.isBlank()) {
      throw new UnsatisfiedLinkError(
          String.format(
              Locale.ROOT, "octconv4j: %s is empty; give an absolute path or leave it out", name));
    }
    try {
      return files.getPath(value);
    } catch (InvalidPathException e) {
      if (Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode(value)) {
        throw new UnsatisfiedLinkError(
            String.format(
                Locale.ROOT,
                "octconv4j: %s=%s is no path on this system (%s); give one without quotes and other characters that it does not allow",
                name,
                value,
                e.getReason()));
      }
      throw new UnsatisfiedLinkError(
          String.format(
              Locale.ROOT,
              "octconv4j: %s=%s is no path to this process, whose encoding of file names is %s (%s); set LC_ALL=C.UTF-8 or another locale in UTF-8, or %s",
              name,
              value,
              System.getProperty("sun.jnu.encoding"),
              e.getReason(),
              name.endsWith(NativeLibrary.PATH_PROPERTY)
                  ? "give a path in ASCII"
                  : NativeCache.elsewhere()));
    }
  }

  /**
   * Returns the path.
   *
   * @throws UnsatisfiedLinkError if it is relative, blank or not to be had; the message says what
   *     to do
   */
  Path absolutePath() {
    Path path = path();
    if (!path.isAbsolute()) {
      throw new UnsatisfiedLinkError(
          String.format(
              Locale.ROOT,
              "octconv4j: %s must be an absolute path, was %s: a relative one would be another folder wherever the process is started",
              name,
              value));
    }
    return path;
  }
}
