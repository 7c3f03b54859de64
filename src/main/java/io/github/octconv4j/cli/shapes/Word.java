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

    private Word next;

    Words(String file) {
      this.lines = file.lines().iterator();
      skip();
      next = read();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Word next() {
      if (next == null) {
        throw new NoSuchElementException("there are no more words");
      }
      Word word = next;
      next = read();
      return word;
    }

    /** Joins parts to a word; null at the end. */
    private Word read() {
      StringBuilder joined = new StringBuilder();
      int first = number;
      while (at < line.length()) {
        first = joined.isEmpty() ? number : first;
        joined.append(part());
        skip();
        int last = joined.length() - 1;
        if (joined.charAt(last) != '\\') {
          return new Word(joined.toString(), first);
        }
        joined.setLength(last);
      }
      return joined.isEmpty() ? null : new Word(joined.toString(), first);
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
