package io.github.octconv4j.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.github.octconv4j.text.Checks;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the texts of a file's metadata as the values that they stand for. Each failure is an {@link
 * IllegalArgumentException} that names the key, the text and what was expected. Immutable.
 *
 * @since 0.1.0
 */
public final class Metadata {
  private static final JsonFactory JSON =
      JsonFactory.builder().recyclerPool(JsonRecyclerPools.nonRecyclingPool()).build();
  private static final int MOST_ELEMENTS = 100_000; // of an array, as many as classes

  private final Map<String, String> texts;

  private Metadata(Map<String, String> texts) {
    this.texts = texts;
  }

  /** Returns a file's metadata. */
  public static Metadata of(SafetensorsFile file) {
    Objects.requireNonNull(file, "file");
    return new Metadata(file.metadata());
  }

  /** Returns metadata of texts by key, which are copied. */
  public static Metadata of(Map<String, String> texts) {
    return new Metadata(Checks.map("texts", texts));
  }

  /** Returns whether there is such a key. */
  public boolean has(String key) {
    Objects.requireNonNull(key, "key");
    return texts.containsKey(key);
  }

  /** Returns a text. */
  public String text(String key) {
    Objects.requireNonNull(key, "key");
    String text = texts.get(key);
    if (text == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "metadata key %s is missing, there are [%s]",
              Printable.text(key),
              Printable.list(texts.keySet())));
    }
    return text;
  }

  /** Returns a text, or another where there is no such key. */
  public String text(String key, String otherwise) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(otherwise, "otherwise");
    return texts.getOrDefault(key, otherwise);
  }

  /** Returns a whole number. */
  public int integer(String key) {
    try {
      return Integer.parseInt(text(key));
    } catch (NumberFormatException e) {
      throw wrong(key, "a whole number", e);
    }
  }

  /** Returns a number. */
  public double decimal(String key) {
    try {
      return Double.parseDouble(text(key));
    } catch (NumberFormatException e) {
      throw wrong(key, "a number", e);
    }
  }

  /** Returns {@code true} or {@code false}. */
  public boolean flag(String key) {
    return switch (text(key)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(key, "true or false", null);
    };
  }

  /** Returns the texts of a JSON array. */
  public List<String> texts(String key) {
    return array(key, "a JSON array of texts", JsonToken.VALUE_STRING::equals, JsonParser::getText);
  }

  /** Returns the numbers of a JSON array. */
  public List<Double> decimals(String key) {
    return array(key, "a JSON array of numbers", JsonToken::isNumeric, JsonParser::getDoubleValue);
  }

  private interface Reader<T> {
    T read(JsonParser parser) throws IOException;
  }

  private <T> List<T> array(
      String key, String expected, Predicate<JsonToken> isElement, Reader<T> reader) {
    List<T> list = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(text(key))) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw wrong(key, expected, null);
      }
      while (parser.nextToken() != null && isElement.test(parser.currentToken())) {
        if (list.size() == MOST_ELEMENTS) {
          throw wrong(key, expected + " of at most " + MOST_ELEMENTS, null);
        }
        list.add(reader.read(parser));
      }
      if (parser.currentToken() != JsonToken.END_ARRAY || parser.nextToken() != null) {
        throw wrong(key, expected, null);
      }
    } catch (IOException e) {
      throw wrong(key, expected, e);
    }
    return list;
  }

  private IllegalArgumentException wrong(String key, String expected, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "metadata key %s must be %s, was %s",
            Printable.text(key),
            expected,
            Printable.quote(text(key))),
        cause);
  }
}
