package io.github.octconv4j.cli.shapes;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A problem or an option, as it stands in a file: words are separated by blanks, which quotes
 * protect; a word that begins with {@code #} begins a comment, which ends with the line; a {@code
 * \} at the end of a word joins it with the next one.
 *
 * @param text without blanks around
 * @param line where it begins, counted from 1
 */
record Word(String text, int line) {
  /** The words of a file, each made when it is asked for: a file may have millions. */
  static Iterable<Word> of(String file) {
    return () -> new Words(file);
  }

  private static final class Words implements Iterator<Word> {
    private final Iterator<String> lines;
    private String line = "";
    private int number;
    private int at;

    Words(String file) {
      this.lines = file.lines().iterator();
      skip();
    }

    @Override
    public boolean hasNext() {
      return at < line.length();
    }

    @Override
    public Word next() {
      if (!hasNext()) {
        throw new NoSuchElementException("there are no more words");
      }
      int first = number;
      StringBuilder joined = new StringBuilder();
      while (hasNext()) {
        joined.append(part());
        skip();
        if (joined.isEmpty() || joined.charAt(joined.length() - 1) != '\\') {
          break;
        }
        joined.setLength(joined.length() - 1);
      }
      return new Word(joined.toString(), first);
    }

    /** What stands up to the next blank. */
    private String part() {
      int start = at;
      boolean quoted = false;
      while (at < line.length() && (quoted || !Character.isWhitespace(line.charAt(at)))) {
        quoted ^= line.charAt(at) == '"';
        at++;
      }
      return line.substring(start, at);
    }

    /** Goes on to the next word, or to the end. */
    private void skip() {
      while (true) {
        while (at < line.length() && Character.isWhitespace(line.charAt(at))) {
          at++;
        }
        boolean ended = at == line.length() || line.charAt(at) == '#';
        if (!ended) {
          return;
        }
        at = line.length();
        if (!lines.hasNext()) {
          return;
        }
        line = lines.next();
        number++;
        at = 0;
      }
    }
  }
}
