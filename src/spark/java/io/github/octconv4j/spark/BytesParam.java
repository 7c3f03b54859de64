package io.github.octconv4j.spark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.util.Identifiable;

/**
 * A parameter of bytes. A saved pipeline has them in Base64, as an array of texts: those who read
 * JSON refuse a single text of many megabytes.
 */
final class BytesParam extends Param<byte[]> {
  private static final long serialVersionUID = 1L;
  private static final int PIECE = 3 << 20; // 4 MiB of Base64

  BytesParam(Identifiable parent, String name, String doc) {
    super(parent, name, doc);
  }

  @Override
  public String jsonEncode(byte[] value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartArray();
      for (int start = 0; start < value.length; start += PIECE) {
        json.writeBinary(value, start, Math.min(PIECE, value.length - start));
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  @Override
  public byte[] jsonDecode(String json) {
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      requireToken(JsonToken.START_ARRAY, parser.nextToken());
      while (parser.nextToken() == JsonToken.VALUE_STRING) {
        value.writeBytes(parser.getBinaryValue());
      }
      requireToken(JsonToken.END_ARRAY, parser.currentToken());
    } catch (IOException e) {
      throw new IllegalArgumentException(name() + " is not an array of texts in Base64", e);
    }
    return value.toByteArray();
  }

  private void requireToken(JsonToken expected, JsonToken actual) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          name() + " must be an array of texts in Base64, has " + actual + " for " + expected);
    }
  }
}
