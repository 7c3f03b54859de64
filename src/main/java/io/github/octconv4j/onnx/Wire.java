package io.github.octconv4j.onnx;

import io.github.octconv4j.files.DataFile;
import java.io.IOException;

/**
 * The bytes of a file in the wire format of Protocol Buffers, read a block at a time. Counts the
 * fields that were read, so that a file of nothing but tags comes to an end.
 */
final class Wire {
  private static final int BLOCK = 1 << 16;
  private static final int MOST_FIELDS = 5_000_000;

  private final DataFile file;
  private final byte[] block = new byte[BLOCK];
  private long blockAt;
  private int blockLength;
  private int fields;

  Wire(DataFile file) {
    this.file = file;
  }

  DataFile file() {
    return file;
  }

  /** All of the file. */
  Message message() {
    return new Message(this, 0, file.size());
  }

  byte at(long position) {
    if (position < blockAt || position >= blockAt + blockLength) {
      blockAt = position;
      blockLength = (int) Math.min(BLOCK, file.size() - position);
      file.read(position, block, blockLength);
    }
    return block[(int) (position - blockAt)];
  }

  void count() throws IOException {
    if (++fields > MOST_FIELDS) {
      throw new IOException("has more than " + MOST_FIELDS + " fields");
    }
  }
}
