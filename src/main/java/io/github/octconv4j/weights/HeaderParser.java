package io.github.octconv4j.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.github.octconv4j.files.DataFile;
import io.github.octconv4j.files.Names;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON header of a safetensors file and checks all of it, the tensors' places in the data
 * included. What does not conform is an {@link IOException} of one line that starts with the path.
 */
final class HeaderParser {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Names are a stranger's: do not keep them in tables that outlive the file.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(3)
                  .maxNumberLength(20)
                  .maxNameLength(50_000)
                  .build())
          .build();
  private static final String METADATA = "__metadata__";
  private static final int MOST_DIMENSIONS = 64; // a shape of millions of ones is none

  private final Path path;
  private final DataFile file;
  private final long dataBegin;
  private final long dataBytes;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, TensorView> tensors = new LinkedHashMap<>();
  private final List<Extent> extents = new ArrayList<>();

  /** The bytes of the data from {@code begin} to before {@code end} that a tensor takes. */
  private record Extent(long begin, long end, String name) {}

  private HeaderParser(Path path, DataFile file, long dataBegin) {
    this.path = path;
    this.file = file;
    this.dataBegin = dataBegin;
    this.dataBytes = file.size() - dataBegin;
  }

  /** The parser after its work: the data are all of the file behind the header. */
  static HeaderParser parse(Path path, byte[] header, DataFile file) throws IOException {
    HeaderParser parser = new HeaderParser(path, file, (long) Long.BYTES + header.length);
    if (header.length == 0 || header[0] != '{') {
      throw parser.malformed("the header does not start with '{', is this a safetensors file?");
    }
    try (Reader text = strictUtf8(header);
        JsonParser json = JSON.createParser(text)) {
      parser.header(json);
    } catch (CharacterCodingException e) {
      throw parser.malformed("the header is not valid UTF-8", e);
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null ? "" : " at character " + e.getLocation().getCharOffset();
      throw parser.malformed(
          "the header is not valid JSON" + where + ": " + Names.printable(e.getOriginalMessage()),
          e);
    }
    parser.checkCoverage();
    return parser;
  }

  /** The strings of {@code __metadata__}, in the header's order. */
  Map<String, String> metadata() {
    return metadata;
  }

  /** The tensors by name, in the header's order. */
  Map<String, TensorView> tensors() {
    return tensors;
  }

  private static Reader strictUtf8(byte[] bytes) {
    return new InputStreamReader(
        new ByteArrayInputStream(bytes),
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  private void header(JsonParser json) throws IOException {
    json.nextToken(); // the brace, which parse has seen
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = wellFormed(json.currentName());
      json.nextToken();
      if (name.equals(METADATA)) {
        metadata(json);
      } else {
        tensor(json, name);
      }
    }
    if (json.nextToken() != null) {
      throw malformed("the header goes on after its closing '}'");
    }
  }

  private void metadata(JsonParser json) throws IOException {
    expect(json, JsonToken.START_OBJECT, METADATA, "an object of strings");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = wellFormed(json.currentName());
      json.nextToken();
      expect(json, JsonToken.VALUE_STRING, METADATA + " " + Names.quote(key), "a string");
      metadata.put(key, wellFormed(json.getText()));
    }
  }

  private void tensor(JsonParser json, String name) throws IOException {
    String what = "tensor " + Names.quote(name);
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
        default ->
            throw malformed(
                what
                    + " has the unknown key "
                    + Names.quote(key)
                    + ", expected dtype, shape and data_offsets only");
      }
    }
    if (type == null || shape == null || offsets == null) {
      String key = type == null ? "dtype" : shape == null ? "shape" : "data_offsets";
      throw malformed(what + " has no " + key);
    }
    Extent extent = extent(name, what, offsets);
    long size = size(what, type, shape);
    if (extent.end() - extent.begin() != size) {
      throw malformed(
          String.format(
              "%s: data_offsets %s span %d bytes, expected %d for %s %s",
              what,
              Arrays.toString(offsets),
              extent.end() - extent.begin(),
              size,
              type,
              Names.printable(Arrays.toString(shape))));
    }
    extents.add(extent);
    tensors.put(name, new TensorView(name, type, shape, file, dataBegin + extent.begin(), size));
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
            what + " has the entry " + json.getText() + ", expected 0 to " + Long.MAX_VALUE);
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
              "%s: data_offsets are %s, expected [begin, end] with begin <= end <= %d, the length"
                  + " of the data",
              what, Names.printable(Arrays.toString(offsets)), dataBytes));
    }
    return new Extent(offsets[0], offsets[1], name);
  }

  private long size(String what, ElementType type, long[] shape) throws IOException {
    try {
      long count = 1;
      for (long dim : shape) {
        count = Math.multiplyExact(count, dim);
      }
      return Math.multiplyExact(count, (long) type.bytes());
    } catch (ArithmeticException e) {
      throw malformed(
          what
              + ": shape "
              + Names.printable(Arrays.toString(shape))
              + " of "
              + type
              + " is too"
              + " large, its size in bytes overflows",
          e);
    }
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
                "tensors %s and %s overlap in the data, at offset %d",
                Names.quote(previous), Names.quote(extent.name()), extent.begin()));
      }
      if (extent.begin() > covered) {
        throw malformed(
            String.format(
                "there is a hole of %d bytes in the data before tensor %s",
                extent.begin() - covered, Names.quote(extent.name())));
      }
      covered = extent.end();
      previous = extent.name();
    }
    if (covered != dataBytes) {
      throw malformed(
          String.format(
              "the tensors take %d bytes, but the file has %d bytes of data: no tensor owns the"
                  + " last %d",
              covered, dataBytes, dataBytes - covered));
    }
  }

  private void expect(JsonParser json, JsonToken token, String what, String expected)
      throws IOException {
    if (json.currentToken() != token) {
      String found = json.currentToken().isStructStart() ? json.getText() + "..." : json.getText();
      throw malformed(what + " is " + Names.printable(found) + ", expected " + expected);
    }
  }

  /** JSON escapes can spell half a surrogate pair, which no UTF-8 text can hold. */
  private String wellFormed(String text) throws IOException {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw malformed("the header has an unpaired surrogate in " + Names.quote(text));
    }
    return text;
  }

  private IOException malformed(String message) {
    return malformed(message, null);
  }

  private IOException malformed(String message, @Nullable Exception cause) {
    return new IOException(path + ": " + message, cause);
  }
}
