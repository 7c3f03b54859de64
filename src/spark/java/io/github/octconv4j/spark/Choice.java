package io.github.octconv4j.spark;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Constants of an enum as parameters have them: in lower case. */
final class Choice {
  private Choice() {}

  static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static <E extends Enum<E>> boolean has(Class<E> type, String text) {
    return Arrays.stream(type.getEnumConstants()).anyMatch(c -> text(c).equals(text));
  }

  /** Returns the constant of a text that {@link #has} accepted. */
  static <E extends Enum<E>> E of(Class<E> type, String text) {
    return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
  }

  /** Returns for instance {@code fail, null or drop}. */
  static <E extends Enum<E>> String all(Class<E> type) {
    String all =
        Arrays.stream(type.getEnumConstants()).map(Choice::text).collect(Collectors.joining(", "));
    int last = all.lastIndexOf(", ");
    return all.substring(0, last) + " or " + all.substring(last + 2);
  }
}
