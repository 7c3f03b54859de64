package io.github.octconv4j.onnx;

import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** All that a file asks for and that is not supported, for one message. */
final class Problems {
  private static final int SHOWN = 3;
  private static final int LISTED = 40;

  private final Map<String, List<String>> places = new LinkedHashMap<>();

  /** Something that may not be supported. */
  interface Reading {
    void run() throws IOException, UnsupportedException;
  }

  void trying(String place, Reading reading) throws IOException {
    try {
      reading.run();
    } catch (UnsupportedException e) {
      add(String.valueOf(e.getMessage()), e.place().isEmpty() ? place : e.place());
    }
  }

  void add(String what, String place) {
    if (places.size() < LISTED || places.containsKey(what)) {
      places.computeIfAbsent(what, key -> new ArrayList<>()).add(place);
    }
  }

  boolean isEmpty() {
    return places.isEmpty();
  }

  /** For instance {@code operator Foo (nodes "a", "b")}, one after the other. */
  @Override
  public String toString() {
    List<String> texts = new ArrayList<>();
    places.forEach(
        (what, where) -> {
          String shown =
              where.stream().limit(SHOWN).map(Printable::text).collect(Collectors.joining(", "));
          String more =
              where.size() > SHOWN
                  ? String.format(Locale.ROOT, " and %d more", where.size() - SHOWN)
                  : "";
          texts.add(String.format(Locale.ROOT, "%s (%s%s)", Printable.text(what), shown, more));
        });
    return String.join("; ", texts);
  }
}
