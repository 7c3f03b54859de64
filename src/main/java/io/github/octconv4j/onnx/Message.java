package io.github.octconv4j.onnx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;

/** The fields of one message, in the file's order. What is not asked for is skipped. */
final class Message {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED_32 = 5;
  private static final int LONGEST_TEXT = 1 << 20;

  private final Wire wire;
  private final long begin;
  private final long end;
  private long at;
  private int field;
  private int type;
  private long valueEnd; // behind the value of the current field

  /** Where bytes stand in the file. */
  record Extent(long offset, long length) {}

  Message(Wire wire, long begin, long end) {
    this.wire = wire;
    this.begin = begin;
    this.at = begin;
    this.end = end;
    this.valueEnd = begin;
  }

  /** Adds what it is to a map: an entry of two texts. */
  void entry(Map<String, String> entries) throws IOException {
    String key = "";
    String value = "";
    while (next()) {
      switch (field()) {
        case 1 -> key = text();
        case 2 -> value = text();
        default -> {}
      }
    }
    entries.put(key, value);
  }

  /** The same message from its beginning. */
  Message again() {
    return new Message(wire, begin, end);
  }

  /** Reads the next field's number; false behind the last one. */
  boolean next() throws IOException {
    at = valueEnd;
    if (at >= end) {
      return false;
    }
    wire.count();
    long tag = number();
    field = (int) Math.min(tag >>> 3, Integer.MAX_VALUE);
    type = (int) (tag & 7);
    valueEnd = at;
    switch (type) {
      case VARINT -> {
        long value = at;
        number();
        valueEnd = at;
        at = value;
      }
      case FIXED_64 -> valueEnd = at + Long.BYTES;
      case FIXED_32 -> valueEnd = at + Integer.BYTES;
      case BYTES -> {
        long length = number();
        if (length < 0 || length > end - at) {
          throw malformed(String.format(Locale.ROOT, "field %d claims %d bytes", field, length));
        }
        valueEnd = at + length;
      }
      default ->
          throw malformed(
              String.format(Locale.ROOT, "field %d is of the unknown wire type %d", field, type));
    }
    if (valueEnd > end) {
      throw malformed(String.format(Locale.ROOT, "field %d reaches beyond its message", field));
    }
    return true;
  }

  int field() {
    return field;
  }

  private long number() throws IOException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (at >= end) {
        throw malformed("a number is cut off");
      }
      byte b = wire.at(at++);
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw malformed("a number has more than 10 bytes");
  }

  private long fixed(int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (wire.at(at++) & 0xffL) << (8 * i);
    }
    return value;
  }

  private void expect(int expected) throws IOException {
    if (type != expected) {
      throw malformed(
          String.format(Locale.ROOT, "field %d is of wire type %d, not %d", field, type, expected));
    }
  }

  private IOException malformed(String what) {
    return new IOException(
        String.format(
            Locale.ROOT,
            "%s in the message at offset %d; the file is damaged, or no ONNX file",
            what,
            begin));
  }

  long integer() throws IOException {
    expect(VARINT);
    return number();
  }

  float real() throws IOException {
    expect(FIXED_32);
    return Float.intBitsToFloat((int) fixed(Integer.BYTES));
  }

  /** Where the bytes of the current field stand. */
  Extent bytes() throws IOException {
    expect(BYTES);
    return new Extent(at, valueEnd - at);
  }

  Message message() throws IOException {
    expect(BYTES);
    return new Message(wire, at, valueEnd);
  }

  String text() throws IOException {
    expect(BYTES);
    if (valueEnd - at > LONGEST_TEXT) {
      throw malformed(
          String.format(Locale.ROOT, "field %d is a text of %d bytes", field, valueEnd - at));
    }
    byte[] bytes = new byte[(int) (valueEnd - at)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = wire.at(at + i);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Takes one number, or several that are packed. */
  void integers(LongConsumer consumer) throws IOException {
    if (type == VARINT) {
      consumer.accept(number());
      return;
    }
    Message packed = message();
    while (packed.at < packed.end) {
      consumer.accept(packed.number());
    }
  }

  /** Takes one float or double, or several that are packed, as their bits. */
  void reals(int bytes, LongConsumer consumer) throws IOException {
    if (type != BYTES) {
      expect(bytes == Long.BYTES ? FIXED_64 : FIXED_32);
      consumer.accept(fixed(bytes));
      return;
    }
    Message packed = message();
    if ((packed.end - packed.at) % bytes != 0) {
      throw malformed(
          String.format(Locale.ROOT, "field %d is no list of %d bytes each", field, bytes));
    }
    while (packed.at < packed.end) {
      consumer.accept(packed.fixed(bytes));
    }
  }

  boolean isPacked() {
    return type == BYTES;
  }
}
