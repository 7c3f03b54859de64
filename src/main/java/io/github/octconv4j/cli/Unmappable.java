package io.github.octconv4j.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What to do about paths that are none to this process. In the C locale Java has no name for files
 * whose names are not ASCII.
 */
final class Unmappable {
  private Unmappable() {}

  /** Reads paths on the command line. */
  static final class PathConverter implements ITypeConverter<Path> {
    @Override
    public Path convert(String value) {
      try {
        return Path.of(value);
      } catch (InvalidPathException e) {
        throw new TypeConversionException(say(value, e));
      }
    }
  }

  static String say(String path, InvalidPathException e) {
    return String.format(
        Locale.ROOT,
        "%s is no path to this process, whose encoding of file names is %s (%s); set LC_ALL=C.UTF-8 or another locale in UTF-8",
        path,
        System.getProperty("sun.jnu.encoding"),
        e.getReason());
  }
}
