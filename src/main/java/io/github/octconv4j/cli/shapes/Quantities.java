package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.text.Printable;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Scales and zero points of a convolution, as benchdnn's {@code --attr-scales} and {@code
 * --attr-zero-points} name them: {@code src:common:0.25+wei:per_oc+dst:common:2}.
 *
 * @param scales by argument: {@code src}, {@code wei}, {@code dst}
 * @param zeroPoints by argument: {@code src}, {@code dst}
 */
public record Quantities(Map<String, Quantity> scales, Map<String, Quantity> zeroPoints) {
  /** None. */
  public static final Quantities NONE = new Quantities(Map.of(), Map.of());

  private static final int LARGEST_ZERO_POINT = 255;

  /**
   * The values of one argument.
   *
   * @param value for the whole tensor; null for each output channel one, which the run chooses
   */
  public record Quantity(@Nullable Float value) {}

  /** Copies the maps. */
  public Quantities {
    scales = Map.copyOf(scales);
    zeroPoints = Map.copyOf(zeroPoints);
  }

  /** Returns whether there are none. */
  public boolean isEmpty() {
    return scales.isEmpty() && zeroPoints.isEmpty();
  }

  /** Reads scales; an empty text has none. */
  static Map<String, Quantity> scales(String text) {
    return parse(text, Set.of("src", "wei", "dst"), false);
  }

  /** Reads zero points; an empty text has none. */
  static Map<String, Quantity> zeroPoints(String text) {
    return parse(text, Set.of("src", "dst"), true);
  }

  private static Map<String, Quantity> parse(String text, Set<String> known, boolean whole) {
    Map<String, Quantity> all = new LinkedHashMap<>();
    for (String part : text.isEmpty() ? new String[0] : text.split("\\+", -1)) {
      String[] words = part.split(":", -1);
      boolean common = words.length == 3 && words[1].equals("common");
      boolean channels =
          words.length == 2 && words[1].equals("per_oc") && words[0].equals("wei") && !whole;
      if (!known.contains(words[0])
          || (!common && !channels)
          || all.put(words[0], new Quantity(common ? number(words[2], whole) : null)) != null) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "expected %s joined by +, each of %s once, was '%s'",
                whole ? "ARG:common:NUMBER" : "ARG:common:NUMBER or wei:per_oc",
                known.stream().sorted().toList(),
                Printable.text(text)));
      }
    }
    return all;
  }

  private static float number(String text, boolean whole) {
    try {
      float value = Float.parseFloat(text.strip());
      boolean fits =
          whole
              ? value == Math.rint(value) && Math.abs(value) <= LARGEST_ZERO_POINT
              : value > 0 && value <= 1e6f && value >= 1e-6f;
      if (fits) {
        return value;
      }
    } catch (NumberFormatException e) {
      // as one that does not fit
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "a %s, was '%s'",
            whole
                ? "zero point must be a whole number from -255 to 255"
                : "scale must be a number from 1e-6 to 1e6",
            Printable.text(text)));
  }

  /** The scale of the whole of an argument, 1 where it has none. */
  float scale(String argument) {
    Quantity quantity = scales.get(argument);
    return quantity == null || quantity.value == null ? 1 : quantity.value;
  }

  /** The zero point of an argument, 0 where it has none. */
  float zeroPoint(String argument) {
    Quantity quantity = zeroPoints.get(argument);
    return quantity == null || quantity.value == null ? 0 : quantity.value;
  }

  /** Whether weights have a scale for each output channel. */
  boolean perChannel() {
    Quantity quantity = scales.get("wei");
    return quantity != null && quantity.value == null;
  }

  /** The scale of the weights of an output channel. */
  float weightScale(int channel) {
    return perChannel() ? Math.scalb(1f, channel % 3 - 1) : scale("wei");
  }

  /** Whether all scales are powers of two, so that nothing is rounded by them. */
  boolean areExact() {
    return scales.values().stream()
        .allMatch(
            quantity ->
                quantity.value == null
                    || Math.scalb(1f, Math.getExponent(quantity.value)) == quantity.value);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    append(text, "scales", scales);
    append(text, "zero points", zeroPoints);
    return text.toString();
  }

  private static void append(StringBuilder text, String what, Map<String, Quantity> quantities) {
    for (String argument : new String[] {"src", "wei", "dst"}) {
      Quantity quantity = quantities.get(argument);
      if (quantity != null) {
        text.append(
            String.format(
                Locale.ROOT,
                " %s %s:%s",
                what,
                argument,
                quantity.value == null ? "per_oc" : quantity.value));
      }
    }
  }
}
