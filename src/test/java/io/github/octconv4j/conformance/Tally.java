package io.github.octconv4j.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Counts what came out, in all and for each implementation and form of an argument. */
final class Tally {
  /**
   * Forms that each implementation must bear, so that another one is what is judged beside them.
   */
  private static final Set<String> COMMON =
      Set.of("OWN", "ROW_MAJOR", "CHANNELS_LAST", "BLOCKED", "PADDED");

  private final Map<String, Map<String, int[]>> byImplementation = new TreeMap<>();
  private final List<String> findings = new ArrayList<>();
  private int right;
  private int refused;
  private int none;
  private int wrong;
  private int crashed;
  private int failed;

  /** A finding that is no result of a primitive. */
  void failed(String what) {
    failed++;
    findings.add("failed: " + what);
  }

  void refused() {
    refused++;
  }

  void none() {
    none++;
  }

  /**
   * Counts a primitive that ran, or ended the process.
   *
   * @param fields of the line that announced it
   * @param outcome {@code right}, {@code wrong} or {@code crashed}
   * @param what was wrong
   */
  void ran(String[] fields, String outcome, String what) {
    boolean good = outcome.equals("right");
    switch (outcome) {
      case "right" -> right++;
      case "wrong" -> wrong++;
      default -> crashed++;
    }
    if (!good) {
      findings.add(
          String.format(
              Locale.ROOT,
              "%s: %s by %s, number %s: %s: %s",
              outcome,
              fields[2],
              fields[3],
              fields[1],
              fields[8],
              what));
    }
    Map<String, int[]> forms =
        byImplementation.computeIfAbsent(fields[2] + " " + fields[3], key -> new TreeMap<>());
    List<String> all = List.of(fields[4].split(","));
    count(forms, "", good);
    for (String form : all) {
      boolean alone = true;
      for (String other : all) {
        alone &= other.equals(form) || COMMON.contains(other.substring(other.indexOf('=') + 1));
      }
      if (alone) {
        count(forms, form, good);
      }
    }
  }

  private static void count(Map<String, int[]> forms, String form, boolean good) {
    int[] counts = forms.computeIfAbsent(form, key -> new int[2]);
    counts[0]++;
    counts[1] += good ? 0 : 1;
  }

  /** Whether nothing was wrong, crashed or failed for another reason than its arguments. */
  boolean isClean() {
    return wrong + crashed + failed == 0;
  }

  List<String> findings() {
    return findings;
  }

  String summary() {
    return String.format(
        Locale.ROOT,
        "%d tried, %d let through, %d refused, %d that oneDNN does not have, %d wrong, %d crashed, %d failed",
        right + wrong + crashed + refused + none + failed,
        right + wrong + crashed,
        refused,
        none,
        wrong,
        crashed,
        failed);
  }

  /**
   * Returns a line for each implementation and the forms of each argument, each as {@code
   * tried/failed} with common forms of all others.
   */
  List<String> table() {
    List<String> lines = new ArrayList<>();
    byImplementation.forEach(
        (name, forms) -> {
          StringBuilder line = new StringBuilder(name);
          forms.forEach(
              (form, counts) ->
                  line.append(
                      String.format(Locale.ROOT, "%n    %-24s %d/%d", form, counts[0], counts[1])));
          lines.add(line.toString());
        });
    return lines;
  }
}
