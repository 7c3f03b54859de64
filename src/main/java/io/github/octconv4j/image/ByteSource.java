package io.github.octconv4j.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The bytes of a stream one after the other, up to a limit. Keeps none that were taken. */
final class ByteSource {
  /** The most bytes that are taken from a stream: 256 MiB. */
  static final long MOST_BYTES = 256L << 20;

  private static final int CHUNK = 1 << 16;

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 13];
  private int position;
  private int end;
  private long before; // bytes of earlier buffers

  ByteSource(InputStream in) {
    this.in = in;
  }

  /**
   * Returns the next byte, 0 to 255.
   *
   * @throws EOFException at the end
   */
  int next() throws IOException {
    if (position == end) {
      fill();
    }
    return buffer[position++] & 0xFF;
  }

  /** Returns the next two bytes, the first one counting more. */
  int next16() throws IOException {
    int high = next();
    return (high << 8) | next();
  }

  /** Returns the next four bytes, the first one counting most. */
  int next32() throws IOException {
    int high = next16();
    return (high << 16) | next16();
  }

  /** Returns the next bytes; memory is taken as they arrive. */
  byte[] next(int count) throws IOException {
    byte[] bytes = new byte[Math.min(count, CHUNK)];
    int n = 0;
    while (n < count) {
      if (position == end) {
        fill();
      }
      if (n == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(count, 2L * n));
      }
      int some = Math.min(end - position, bytes.length - n);
      System.arraycopy(buffer, position, bytes, n, some);
      position += some;
      n += some;
    }
    return bytes;
  }

  /** Leaves out bytes. */
  void skip(long count) throws IOException {
    long left = count;
    while (left > 0) {
      if (position == end) {
        fill();
      }
      int some = (int) Math.min(left, end - position);
      position += some;
      left -= some;
    }
  }

  private void fill() throws IOException {
    before += end;
    if (before > MOST_BYTES) {
      throw new BadImageException("is larger than the limit of " + MOST_BYTES + " bytes");
    }
    position = 0;
    end = 0;
    int n = in.read(buffer);
    if (n <= 0) {
      throw new EOFException("unexpected end of file");
    }
    end = n;
  }
}
