package io.github.octconv4j.files;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** How names, which come from files of strangers, appear in messages. */
public final class Names {
  private static final int LONGEST = 120;
  private static final int MOST_COMPARED = 10_000;

  private Names() {}

  /** The text in quotes, on one line, without control characters, cut where it is very long. */
  public static String quote(String text) {
    return '"' + printable(text) + '"';
  }

  /** Like {@link #quote}, without the quotes. */
  public static String printable(String text) {
    String start = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    StringBuilder line = new StringBuilder(start.length());
    start.codePoints().map(c -> isVisible(c) ? c : '?').forEach(line::appendCodePoint);
    return line.toString();
  }

  private static boolean isVisible(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  /** At most three of {@code known}, the closest first, that {@code name} may be a slip of. */
  public static List<String> closeTo(String name, Collection<String> known) {
    record Candidate(String name, int distance) {}
    int limit = Math.max(1, name.length() / 4);
    List<Candidate> candidates = new ArrayList<>();
    int compared = 0;
    for (String other : known) {
      boolean plausible = Math.abs(other.length() - name.length()) <= limit;
      if (plausible && name.length() <= LONGEST && compared++ < MOST_COMPARED) {
        int distance = distance(name, other);
        if (distance <= limit) {
          candidates.add(new Candidate(other, distance));
        }
      }
    }
    return candidates.stream()
        .sorted(Comparator.comparingInt(Candidate::distance))
        .limit(3)
        .map(Candidate::name)
        .toList();
  }

  /** The end of a message about a missing name: close names, or nothing. */
  public static String hint(String name, Collection<String> known) {
    List<String> close = closeTo(name, known);
    return close.isEmpty()
        ? ""
        : close.stream().map(Names::quote).collect(Collectors.joining(", ", " (close to: ", ")"));
  }

  /** Levenshtein's distance: insertions, deletions and replacements that turn a into b. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
