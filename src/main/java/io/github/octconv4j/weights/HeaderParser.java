package io.github.octconv4j.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.github.octconv4j.files.DataFile;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON header of a safetensors file and checks all of it, the tensors' places in the data
 * included. What does not conform is an {@link IOException} of one line that starts with the path.
 */
final class HeaderParser {
  private static final int MOST_DIMENSIONS = 64; // a shape of millions of ones is none
  private static final int MOST_KEYS = 100_000; // names of tensors and metadata, foreign keys
  private static final int MOST_TEXT = 16 << 20; // characters of all names and metadata

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .recyclerPool(JsonRecyclerPools.nonRecyclingPool()) // no buffers in others' threads
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Names are a stranger's: do not keep them in tables that outlive the file.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(127) // as the format's own reader
                  .maxStringLength(MOST_TEXT)
                  .maxNameLength(50_000)
                  .build())
          .build();
  private static final String METADATA = "__metadata__";

  private final Path path;
  private final DataFile file;
  private final long dataBegin;
  private final long dataBytes;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, TensorView> tensors = new LinkedHashMap<>();
  private final List<Extent> extents = new ArrayList<>();
  private int keys;
  private long text;

  /** The bytes of the data from {@code begin} to before {@code end} that a tensor takes. */
  private record Extent(long begin, long end, String name) {}

  private HeaderParser(Path path, DataFile file, long dataBegin) {
    this.path = path;
    this.file = file;
    this.dataBegin = dataBegin;
    this.dataBytes = file.size() - dataBegin;
  }

  /**
   * Reads the header, which begins behind the first 8 bytes; the data are all of the file behind
   * it. What is kept of it, and no more, takes memory.
   */
  static HeaderParser parse(Path path, int headerLength, DataFile file) throws IOException {
    HeaderParser parser = new HeaderParser(path, file, (long) Long.BYTES + headerLength);
    byte[] first = new byte[1];
    if (headerLength > 0) {
      file.read(Long.BYTES, first, 1);
    }
    if (first[0] != '{') {
      throw parser.malformed("the header does not start with '{', is this a safetensors file?");
    }
    try (Reader text = strictUtf8(file.stream(Long.BYTES, headerLength));
        JsonParser json = JSON.createParser(text)) {
      parser.header(json);
    } catch (CharacterCodingException e) {
      throw parser.malformed("the header is not valid UTF-8", e);
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null ? "" : " at character " + e.getLocation().getCharOffset();
      String reason = e.getOriginalMessage();
      if (e instanceof StreamConstraintsException) {
        reason = digits0To9(reason); // Jackson takes those of the user's language
      }
      throw parser.malformed(
          "the header is not valid JSON" + where + ": " + Printable.text(reason), e);
    }
    parser.checkCoverage();
    return parser;
  }

  private static String digits0To9(String text) {
    StringBuilder digits = new StringBuilder(text);
    for (int i = 0; i < digits.length(); i++) {
      if (Character.isDigit(digits.charAt(i))) {
        digits.setCharAt(i, Character.forDigit(Character.digit(digits.charAt(i), 10), 10));
      }
    }
    return digits.toString();
  }

  /** The strings of {@code __metadata__}, in the header's order. */
  Map<String, String> metadata() {
    return metadata;
  }

  /** The tensors by name, in the header's order. */
  Map<String, TensorView> tensors() {
    return tensors;
  }

  private static Reader strictUtf8(InputStream bytes) {
    return new InputStreamReader(
        bytes,
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  private void header(JsonParser json) throws IOException {
    json.nextToken(); // the brace, which parse has seen
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = key(json);
      json.nextToken();
      if (!name.equals(METADATA)) {
        tensor(json, name);
      } else if (json.currentToken() != JsonToken.VALUE_NULL) {
        metadata(json);
      }
    }
    if (json.nextToken() != null) {
      throw malformed("the header goes on after its closing '}'");
    }
  }

  private void metadata(JsonParser json) throws IOException {
    expect(json, JsonToken.START_OBJECT, METADATA, "an object of strings, or null");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = key(json);
      json.nextToken();
      expect(json, JsonToken.VALUE_STRING, METADATA + " " + Printable.quote(key), "a string");
      count(json.getTextLength());
      metadata.put(key, wellFormed(json.getText()));
    }
  }

  /** The key that the parser stands at, counted. */
  private String key(JsonParser json) throws IOException {
    String key = wellFormed(json.currentName());
    if (++keys > MOST_KEYS) {
      throw malformed(String.format(Locale.ROOT, "the header has more than %d keys", MOST_KEYS));
    }
    count(key.length());
    return key;
  }

  private void count(int characters) throws IOException {
    text += characters;
    if (text > MOST_TEXT) {
      throw malformed(
          String.format(Locale.ROOT, "names and metadata have more than %d characters", MOST_TEXT));
    }
  }

  private void tensor(JsonParser json, String name) throws IOException {
    String what = "tensor " + Printable.quote(name);
    expect(json, JsonToken.START_OBJECT, what, "an object");
    @Nullable ElementType type = null;
    long @Nullable [] shape = null;
    long @Nullable [] offsets = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "dtype" -> type = type(json, what);
        case "shape" -> shape = longs(json, what + ": shape");
        case "data_offsets" -> offsets = longs(json, what + ": data_offsets");
        default -> skip(json);
      }
    }
    if (type == null || shape == null || offsets == null) {
      String key = type == null ? "dtype" : shape == null ? "shape" : "data_offsets";
      throw malformed(what + " has no " + key);
    }
    Extent extent = extent(name, what, offsets);
    long elements = elements(what, type, shape);
    long size = size(what, type, shape, elements);
    if (extent.end() - extent.begin() != size) {
      throw malformed(
          String.format(
              Locale.ROOT,
              "%s: data_offsets %s span %d bytes, expected %d for %s %s",
              what,
              Arrays.toString(offsets),
              extent.end() - extent.begin(),
              size,
              type,
              Printable.text(Arrays.toString(shape))));
    }
    extents.add(extent);
    tensors.put(
        name, new TensorView(name, type, shape, file, dataBegin + extent.begin(), size, elements));
  }

  /** Passes over what a foreign key of a tensor holds, as the format's own reader does. */
  private void skip(JsonParser json) throws IOException {
    key(json);
    int depth = 0;
    do {
      JsonToken token = json.currentToken();
      if (token == null) {
        return; // the end of the text, which the caller finds
      }
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (token == JsonToken.FIELD_NAME) {
        key(json);
      }
    } while (depth > 0 && json.nextToken() != null);
  }

  private ElementType type(JsonParser json, String what) throws IOException {
    expect(json, JsonToken.VALUE_STRING, what + ": dtype", "a string");
    try {
      return ElementType.of(json.getText());
    } catch (IllegalArgumentException e) {
      throw malformed(what + ": " + e.getMessage(), e);
    }
  }

  private long[] longs(JsonParser json, String what) throws IOException {
    String expected = "an array of integers of at least 0";
    expect(json, JsonToken.START_ARRAY, what, expected);
    LongStream.Builder values = LongStream.builder();
    int count = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json, JsonToken.VALUE_NUMBER_INT, what, expected);
      boolean fits = json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
      if (!fits || json.getLongValue() < 0) {
        throw malformed(
            what
                + " has the entry "
                + Printable.text(json.getText())
                + ", expected 0 to "
                + Long.MAX_VALUE);
      }
      values.add(json.getLongValue());
      if (++count > MOST_DIMENSIONS) {
        throw malformed(what + " has more than " + MOST_DIMENSIONS + " entries");
      }
    }
    return values.build().toArray();
  }

  private Extent extent(String name, String what, long[] offsets) throws IOException {
    boolean valid = offsets.length == 2 && offsets[0] <= offsets[1] && offsets[1] <= dataBytes;
    if (!valid) {
      throw malformed(
          String.format(
              Locale.ROOT,
              "%s: data_offsets are %s, expected [begin, end] with begin <= end <= %d, the length"
                  + " of the data",
              what,
              Printable.text(Arrays.toString(offsets)),
              dataBytes));
    }
    return new Extent(offsets[0], offsets[1], name);
  }

  private long elements(String what, ElementType type, long[] shape) throws IOException {
    try {
      long count = 1;
      for (long dim : shape) {
        count = Math.multiplyExact(count, dim);
      }
      return count;
    } catch (ArithmeticException e) {
      throw tooLarge(what, type, shape, e);
    }
  }

  private long size(String what, ElementType type, long[] shape, long elements) throws IOException {
    try {
      long bits = Math.multiplyExact(elements, (long) type.bits());
      if (bits % Byte.SIZE != 0) {
        throw malformed(
            String.format(
                Locale.ROOT,
                "%s: %d elements of %s end inside a byte, expected whole bytes",
                what,
                elements,
                type));
      }
      return bits / Byte.SIZE;
    } catch (ArithmeticException e) {
      throw tooLarge(what, type, shape, e);
    }
  }

  private IOException tooLarge(String what, ElementType type, long[] shape, ArithmeticException e) {
    return malformed(
        String.format(
            Locale.ROOT,
            "%s: shape %s of %s is too large, its size in bits overflows",
            what,
            Printable.text(Arrays.toString(shape)),
            type),
        e);
  }

  /** As the format's own reader: the tensors cover the data without overlap, gap or remainder. */
  private void checkCoverage() throws IOException {
    extents.sort(Comparator.comparingLong(Extent::begin).thenComparingLong(Extent::end));
    long covered = 0;
    String previous = "";
    for (Extent extent : extents) {
      if (extent.begin() < covered) {
        throw malformed(
            String.format(
                Locale.ROOT,
                "tensors %s and %s overlap in the data, at offset %d",
                Printable.quote(previous),
                Printable.quote(extent.name()),
                extent.begin()));
      }
      if (extent.begin() > covered) {
        throw malformed(
            String.format(
                Locale.ROOT,
                "there is a hole of %d bytes in the data before tensor %s",
                extent.begin() - covered,
                Printable.quote(extent.name())));
      }
      covered = extent.end();
      previous = extent.name();
    }
    if (covered != dataBytes) {
      throw malformed(
          String.format(
              Locale.ROOT,
              "the tensors take %d bytes, but the file has %d bytes of data: no tensor owns the"
                  + " last %d",
              covered,
              dataBytes,
              dataBytes - covered));
    }
  }

  private void expect(JsonParser json, JsonToken token, String what, String expected)
      throws IOException {
    if (json.currentToken() != token) {
      String found = json.currentToken().isStructStart() ? json.getText() + "..." : json.getText();
      throw malformed(what + " is " + Printable.text(found) + ", expected " + expected);
    }
  }

  /** JSON escapes can spell half a surrogate pair, which no UTF-8 text can hold. */
  private String wellFormed(String text) throws IOException {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw malformed("the header has an unpaired surrogate in " + Printable.quote(text));
    }
    return text;
  }

  private IOException malformed(String message) {
    return malformed(message, null);
  }

  private IOException malformed(String message, @Nullable Exception cause) {
    return new IOException(Printable.path(path) + ": " + message, cause);
  }
}
