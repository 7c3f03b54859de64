package io.github.octconv4j.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * EXIF data: a TIFF header and a directory, of which one entry counts here. They come from cameras
 * and editors of all kinds, so what is damaged says nothing and is no error.
 */
final class Exif {
  private static final int ORIENTATION = 0x0112;
  private static final int HEADER = 8;
  private static final int ENTRY = 12;

  private final ByteBuffer tiff;

  private Exif(ByteBuffer tiff) {
    this.tiff = tiff;
  }

  /**
   * Finds the orientation.
   *
   * @param data that begin with a TIFF header at {@code offset}
   * @return upright, unless the data say something else
   */
  static Orientation orientation(byte[] data, int offset) {
    if (data.length - offset < HEADER) {
      return Orientation.UPRIGHT;
    }
    ByteBuffer tiff = ByteBuffer.wrap(data, offset, data.length - offset).slice();
    int order = tiff.getShort(0);
    if (order == 0x4949) {
      tiff.order(ByteOrder.LITTLE_ENDIAN);
    } else if (order != 0x4D4D) {
      return Orientation.UPRIGHT;
    }
    return tiff.getShort(2) == 42 ? new Exif(tiff).find() : Orientation.UPRIGHT;
  }

  /** The last entry counts, as in Pillow, where there are several. */
  private Orientation find() {
    long directory = tiff.getInt(4) & 0xFFFFFFFFL;
    Orientation found = Orientation.UPRIGHT;
    if (!has(directory, 2)) {
      return found;
    }
    int entries = tiff.getShort((int) directory) & 0xFFFF;
    for (int i = 0; i < entries; i++) {
      long at = directory + 2 + (long) i * ENTRY;
      if (!has(at, ENTRY)) {
        break;
      }
      if ((tiff.getShort((int) at) & 0xFFFF) == ORIENTATION) {
        found = Orientation.of(value((int) at));
      }
    }
    return found;
  }

  /** The first number of an entry; 0 for what is none. */
  private long value(int entry) {
    int size =
        switch (tiff.getShort(entry + 2)) {
          case 3, 8 -> 2; // shorts
          case 4, 9 -> 4; // longs
          default -> 0;
        };
    long count = tiff.getInt(entry + 4) & 0xFFFFFFFFL;
    if (size == 0 || count == 0) {
      return 0;
    }
    long at = count * size <= 4 ? entry + 8 : tiff.getInt(entry + 8) & 0xFFFFFFFFL;
    if (!has(at, count * size)) {
      return 0;
    }
    return size == 2 ? tiff.getShort((int) at) : tiff.getInt((int) at);
  }

  private boolean has(long at, long bytes) {
    return at >= 0 && at + bytes <= tiff.capacity();
  }
}
