package io.github.octconv4j.files;

import io.github.octconv4j.text.Printable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Finds the names that a missing one may be a slip of. */
public final class SimilarNames {
  private static final int LONGEST_COMPARED = 120;
  private static final int MOST_COMPARED = 10_000;

  private SimilarNames() {}

  /** At most three of {@code known}, the closest first, that {@code name} may be a slip of. */
  public static List<String> closeTo(String name, Collection<String> known) {
    record Candidate(String name, int distance) {}
    int limit = Math.max(1, name.length() / 4);
    List<Candidate> candidates = new ArrayList<>();
    int compared = 0;
    for (String other : known) {
      boolean plausible = Math.abs(other.length() - name.length()) <= limit;
      if (plausible && name.length() <= LONGEST_COMPARED && compared++ < MOST_COMPARED) {
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
        : close.stream()
            .map(Printable::quote)
            .collect(Collectors.joining(", ", " (close to: ", ")"));
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
