package io.github.octconv4j.cli.shapes;

import java.util.ArrayList;
import java.util.List;

/**
 * A problem or an option, as it stands in a file: words are separated by blanks, which quotes
 * protect; a word that begins with {@code #} begins a comment, which ends with the line; a {@code
 * \} at the end of a word joins it with the next one.
 *
 * @param text without blanks around
 * @param line where it begins, counted from 1
 */
record Word(String text, int line) {
  static List<Word> of(String file) {
    List<Word> words = new ArrayList<>();
    StringBuilder joined = new StringBuilder();
    int joinedLine = 0;
    int number = 0;
    for (String line : (Iterable<String>) file.lines()::iterator) {
      number++;
      for (String text : split(line)) {
        joinedLine = joined.isEmpty() ? number : joinedLine;
        joined.append(text);
        if (text.endsWith("\\")) {
          joined.setLength(joined.length() - 1);
        } else {
          words.add(new Word(joined.toString(), joinedLine));
          joined.setLength(0);
        }
      }
    }
    if (!joined.isEmpty()) {
      words.add(new Word(joined.toString(), joinedLine));
    }
    return words;
  }

  private static List<String> split(String line) {
    List<String> words = new ArrayList<>();
    int at = 0;
    while (at < line.length()) {
      if (Character.isWhitespace(line.charAt(at))) {
        at++;
        continue;
      }
      if (line.charAt(at) == '#') {
        break;
      }
      int start = at;
      boolean quoted = false;
      while (at < line.length() && (quoted || !Character.isWhitespace(line.charAt(at)))) {
        quoted ^= line.charAt(at) == '"';
        at++;
      }
      words.add(line.substring(start, at));
    }
    return words;
  }
}
