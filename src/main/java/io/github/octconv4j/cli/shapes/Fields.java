package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.text.Printable;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The fields of a problem as they are written: {@code mb2ic16_ih5kh3_n"name*4"}. A field is letters
 * and a number; one underscore may follow it; {@code n} begins a name, which ends the problem. Of a
 * field that is written twice the last value holds.
 *
 * @param values of the fields that were given
 * @param name without quotes and repeats, empty for none
 * @param repeats 1 where none are given
 */
record Fields(Map<String, Long> values, String name, int repeats) {
  private static final Pattern REPEATED = Pattern.compile("(.*)\\*([1-9][0-9]{0,5})");

  static Fields scan(Driver driver, String text) {
    List<String> known = driver.fields();
    Map<String, Long> values = new HashMap<>();
    int at = 0;
    while (at < text.length()) {
      if (text.charAt(at) == 'n') {
        return named(values, text.substring(at + 1));
      }
      int start = at;
      String field = known.stream().filter(f -> text.startsWith(f, start)).findFirst().orElse(null);
      if (field == null) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "'%s' is not understood, expected a field of %s (%s), or n and a name",
                Printable.text(text.substring(at)),
                driver,
                String.join(" ", known)));
      }
      at += field.length();
      int end = at;
      while (end < text.length() && Character.digit(text.charAt(end), 10) >= 0) {
        end++;
      }
      values.put(field, number(field, text.substring(at, end), text.substring(at)));
      at = end < text.length() && text.charAt(end) == '_' ? end + 1 : end;
    }
    return new Fields(values, "", 1);
  }

  private static long number(String field, String digits, String rest) {
    if (digits.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has no number, expected one from 0 on instead of '%s'",
              field,
              Printable.text(rest)));
    }
    // A problem may be larger than what can be run, but its sizes must fit their products.
    long largest = "kspd".indexOf(field.charAt(0)) >= 0 ? Integer.MAX_VALUE : 1L << 40;
    if (digits.length() > 15 || Long.parseLong(digits) > largest) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is %s, expected a number from 0 to %d",
              field,
              Printable.text(digits),
              largest));
    }
    return Long.parseLong(digits);
  }

  /** A name, bare or in quotes, with {@code *N} inside or after the quotes. */
  private static Fields named(Map<String, Long> values, String text) {
    String name = text;
    int repeats = 1;
    if (text.startsWith("\"")) {
      int close = text.indexOf('"', 1);
      if (close < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the name n%s is not closed, expected a second quote",
                Printable.text(text)));
      }
      name = text.substring(1, close);
      String after = text.substring(close + 1);
      Matcher outside = REPEATED.matcher(after);
      if (outside.matches() && outside.group(1).isEmpty()) {
        repeats = Integer.parseInt(outside.group(2));
      } else if (!after.isEmpty()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "'%s' follows the name, expected the end or *N",
                Printable.text(after)));
      }
    }
    Matcher inside = REPEATED.matcher(name);
    if (inside.matches()) {
      name = inside.group(1);
      repeats *= Integer.parseInt(inside.group(2));
    }
    return new Fields(values, name, repeats);
  }

  /** Returns a field's value, or another where it was not given. */
  long get(String field, long otherwise) {
    return values.getOrDefault(field, otherwise);
  }
}
