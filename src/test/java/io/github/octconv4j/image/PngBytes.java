package io.github.octconv4j.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** Makes PNG files by hand, also ones that no encoder would write. */
final class PngBytes {
  static final int GRAY = 0;
  static final int RGB = 2;
  static final int PALETTE = 3;
  static final int GRAY_ALPHA = 4;
  static final int RGB_ALPHA = 6;

  private final ByteArrayOutputStream file = new ByteArrayOutputStream();

  private PngBytes() {}

  /** Signature and IHDR. */
  static PngBytes of(int width, int height, int bits, int colorType) {
    PngBytes png = new PngBytes();
    png.file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    byte[] header = new byte[13];
    ByteBuffer.wrap(header).putInt(width).putInt(height).put((byte) bits).put((byte) colorType);
    return png.chunk("IHDR", header);
  }

  /** A chunk with its right checksum. */
  PngBytes chunk(String type, byte[] content) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(content);
    byte[] chunk = new byte[content.length + 12];
    ByteBuffer.wrap(chunk)
        .putInt(content.length)
        .put(name)
        .put(content)
        .putInt((int) crc.getValue());
    file.writeBytes(chunk);
    return this;
  }

  /** Like {@link #chunk(String, byte[])}. */
  PngBytes chunk(String type, int... content) {
    return chunk(type, bytes(content));
  }

  /** IDAT with these bytes, each row with a leading 0 for "no filter", and IEND. */
  byte[] rows(int... raw) {
    chunk("IDAT", deflate(bytes(raw)));
    return chunk("IEND").file.toByteArray();
  }

  static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  static byte[] deflate(byte[] raw) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
      out.write(raw);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }
}
