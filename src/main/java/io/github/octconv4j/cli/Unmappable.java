package io.github.octconv4j.cli;

import java.nio.charset.Charset;
import java.util.Locale;

/**
 * Names of files that the process' locale can't write: in the C locale those that are not ASCII.
 * Java then has no name for the file, and what it was given holds replacements for the characters.
 */
final class Unmappable {
  private static final String ENCODING = System.getProperty("sun.jnu.encoding");

  private Unmappable() {}

  /** Whether a text may be a name of a file. */
  static boolean isMappable(String text) {
    return Charset.forName(ENCODING).newEncoder().canEncode(text);
  }

  /** What to do about one that may not. */
  static String say(String text) {
    return String.format(
        Locale.ROOT,
        "%s can't be written in %s, this process' encoding of file names; set LC_ALL=C.UTF-8 or another locale in UTF-8",
        text,
        ENCODING);
  }
}
