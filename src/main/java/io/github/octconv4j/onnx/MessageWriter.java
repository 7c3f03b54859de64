package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.TensorData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes one message in the wire format of Protocol Buffers: what ONNX files need of it. Elements
 * of tensors are read when the message is written, a tensor at a time.
 */
final class MessageWriter {
  private static final int VARINT = 0;
  private static final int BYTES = 2;
  private static final int FIXED_32 = 5;
  private static final int BLOCK = 1 << 16;

  /** Part of a message: bytes, or the elements of a tensor. */
  private sealed interface Piece {
    record Bytes(ByteArrayOutputStream bytes) implements Piece {}

    record Elements(TensorData data) implements Piece {}
  }

  private final List<Piece> pieces = new ArrayList<>();
  private long length;

  /** How many bytes the message has. */
  long length() {
    return length;
  }

  MessageWriter integer(int field, long value) {
    varint((long) field << 3 | VARINT);
    varint(value);
    return this;
  }

  MessageWriter real(int field, float value) {
    varint((long) field << 3 | FIXED_32);
    int bits = Float.floatToRawIntBits(value);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      one(bits >>> shift);
    }
    return this;
  }

  MessageWriter text(int field, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    header(field, bytes.length);
    last().writeBytes(bytes);
    length += bytes.length;
    return this;
  }

  MessageWriter message(int field, MessageWriter value) {
    header(field, value.length);
    for (Piece piece : value.pieces) {
      switch (piece) {
        case Piece.Bytes(ByteArrayOutputStream bytes) -> last().writeBytes(bytes.toByteArray());
        case Piece.Elements elements -> pieces.add(elements);
      }
    }
    length += value.length;
    return this;
  }

  /** The elements of a tensor as they lie in memory. */
  MessageWriter elements(int field, TensorData data) {
    long bytes = data.element().bytes(data.count());
    header(field, bytes);
    pieces.add(new Piece.Elements(data));
    length += bytes;
    return this;
  }

  private void header(int field, long bytes) {
    varint((long) field << 3 | BYTES);
    varint(bytes);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      one((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    one((int) rest);
  }

  private void one(int value) {
    last().write(value);
    length++;
  }

  private ByteArrayOutputStream last() {
    if (!pieces.isEmpty() && pieces.getLast() instanceof Piece.Bytes(ByteArrayOutputStream own)) {
      return own;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    pieces.add(new Piece.Bytes(bytes));
    return bytes;
  }

  void writeTo(OutputStream out) throws IOException {
    for (Piece piece : pieces) {
      switch (piece) {
        case Piece.Bytes(ByteArrayOutputStream bytes) -> bytes.writeTo(out);
        case Piece.Elements(TensorData data) -> write(data.segment(), out);
      }
    }
  }

  private static void write(MemorySegment elements, OutputStream out) throws IOException {
    byte[] block = new byte[(int) Math.min(BLOCK, elements.byteSize())];
    for (long at = 0; at < elements.byteSize(); at += block.length) {
      int count = (int) Math.min(block.length, elements.byteSize() - at);
      MemorySegment.copy(elements, ValueLayout.JAVA_BYTE, at, block, 0, count);
      out.write(block, 0, count);
    }
  }

  /** All of it, for small messages. */
  byte[] toBytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
