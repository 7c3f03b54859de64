package io.github.octconv4j.text;

import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * What comes from files, paths and arguments, as it stands in messages and logs: on one line,
 * visible, and short. A line break, a terminal's escape sequence or a change of the writing
 * direction in somebody's file must not look like another line of the log.
 *
 * <p>Who makes a message passes each such text through {@link #text}, {@link #quote}, {@link #path}
 * or {@link #list}; {@link #line} is for messages that others made.
 */
public final class Printable {
  /** The most characters of a text. */
  public static final int LONGEST_TEXT = 120;

  /** The most characters of a path. */
  public static final int LONGEST_PATH = 400;

  /** The most characters of a message that others made. */
  public static final int LONGEST_LINE = 1000;

  private static final int MOST_LISTED = 20;
  private static final String CUT = "...";

  private Printable() {}

  /** Returns a text with '?' for what cannot be seen, and "..." for the end of a long one. */
  public static String text(Object text) {
    return start(String.valueOf(text), LONGEST_TEXT);
  }

  /** Returns {@link #text} in double quotes. */
  public static String quote(Object text) {
    return '"' + text(text) + '"';
  }

  /** Returns a path like {@link #text}; of a long one the middle is left out. */
  public static String path(Path path) {
    return path(path.toString());
  }

  /** Returns a path, or the name of what is read like a file. */
  public static String path(String path) {
    if (path.length() <= LONGEST_PATH) {
      return visible(path);
    }
    int half = (LONGEST_PATH - CUT.length()) / 2;
    return visible(path.substring(0, half) + CUT + path.substring(path.length() - half));
  }

  /** Returns at most twenty texts, each like {@link #text}, and how many more there are. */
  public static String list(Collection<?> texts) {
    String first =
        texts.stream().limit(MOST_LISTED).map(Printable::text).collect(Collectors.joining(", "));
    int more = texts.size() - MOST_LISTED;
    return more > 0 ? "%s and %d more".formatted(first, more) : first;
  }

  /**
   * Returns at most twenty points of a message, whose parts are printable, and how many more there
   * are.
   */
  public static String points(Collection<String> points) {
    String first = points.stream().limit(MOST_LISTED).collect(Collectors.joining("; "));
    int more = points.size() - MOST_LISTED;
    return more > 0 ? "%s; and %d more".formatted(first, more) : first;
  }

  /** Returns a message that others made, with a space for line breaks and their like. */
  public static String line(String message) {
    String start = message.length() <= LONGEST_LINE ? message : cut(message, LONGEST_LINE);
    StringBuilder line = new StringBuilder(start.length());
    boolean space = false;
    for (int i = 0; i < start.length(); i += Character.charCount(start.codePointAt(i))) {
      int c = start.codePointAt(i);
      boolean visible = isVisible(c);
      if (visible || !space) {
        line.appendCodePoint(visible ? c : ' ');
      }
      space = !visible || c == ' ';
    }
    return line.toString().strip();
  }

  private static String start(String text, int longest) {
    return visible(text.length() <= longest ? text : cut(text, longest));
  }

  private static String cut(String text, int longest) {
    return text.substring(0, longest - CUT.length()) + CUT;
  }

  private static String visible(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints().map(c -> isVisible(c) ? c : '?').forEach(line::appendCodePoint);
    return line.toString();
  }

  private static boolean isVisible(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
