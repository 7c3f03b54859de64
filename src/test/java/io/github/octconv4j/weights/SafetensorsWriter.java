package io.github.octconv4j.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes small safetensors files for tests: tensors in the order they were added. */
public final class SafetensorsWriter {
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, String> tensors = new LinkedHashMap<>(); // JSON by name
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();

  /** A file without tensors. */
  public SafetensorsWriter() {}

  /** Adds a string to {@code __metadata__}. */
  public SafetensorsWriter metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /** Adds an F32 tensor. */
  public SafetensorsWriter floats(String name, float[] values, long... shape) {
    byte[] bytes = new byte[values.length * Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return tensor(name, "F32", bytes, shape);
  }

  /** Adds a tensor of any type, its little-endian bytes given. Nothing is checked. */
  public SafetensorsWriter tensor(String name, String dtype, byte[] bytes, long... shape) {
    int begin = data.size();
    data.writeBytes(bytes);
    String json =
        String.format(
            Locale.ROOT,
            "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}",
            dtype,
            Arrays.toString(shape),
            begin,
            data.size());
    tensors.put(name, json);
    return this;
  }

  /** The file's bytes. */
  public byte[] toBytes() {
    Map<String, String> entries = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      Map<String, String> quoted = new LinkedHashMap<>();
      metadata.forEach((key, value) -> quoted.put(key, quote(value)));
      entries.put("__metadata__", object(quoted));
    }
    entries.putAll(tensors);
    return raw(object(entries), data.toByteArray());
  }

  /** Writes the file. */
  public Path write(Path path) throws IOException {
    return Files.write(path, toBytes());
  }

  /** A file of this header, whatever it is, and data. */
  public static byte[] raw(String header, byte[] data) {
    return raw(header.getBytes(StandardCharsets.UTF_8), data);
  }

  /** A file of this header, whatever it is, and data. */
  public static byte[] raw(byte[] header, byte[] data) {
    return buffer(Long.BYTES + header.length + data.length)
        .putLong(header.length)
        .put(header)
        .put(data)
        .array();
  }

  /** A little-endian buffer. */
  public static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String object(Map<String, String> entries) {
    return entries.entrySet().stream()
        .map(entry -> quote(entry.getKey()) + ":" + entry.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String quote(String text) {
    return text.chars()
        .mapToObj(
            c ->
                c < 32 || c == '"' || c == '\\'
                    ? String.format(Locale.ROOT, "\\u%04x", c)
                    : "" + (char) c)
        .collect(Collectors.joining("", "\"", "\""));
  }
}
