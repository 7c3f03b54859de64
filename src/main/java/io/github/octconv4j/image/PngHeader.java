package io.github.octconv4j.image;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * The header of a PNG image.
 *
 * @param width in pixels
 * @param height in pixels
 * @param bits of a sample
 * @param color what the samples are
 * @param interlaced whether the pixels come in seven passes
 */
record PngHeader(int width, int height, int bits, Color color, boolean interlaced) {
  private static final int SIZE = 13;

  /** What the samples of a pixel are. */
  enum Color {
    GRAY(0, 1, 1 | 2 | 4 | 8 | 16),
    RGB(2, 3, 8 | 16),
    PALETTE(3, 1, 1 | 2 | 4 | 8),
    GRAY_ALPHA(4, 2, 8 | 16),
    RGB_ALPHA(6, 4, 8 | 16);

    private final int number; // in the file
    private final int samples;
    private final int
        depths; // bits of a sample that it may have, which are powers of two, together

    Color(int number, int samples, int depths) {
      this.number = number;
      this.samples = samples;
      this.depths = depths;
    }

    /** Samples of a pixel. */
    int samples() {
      return samples;
    }

    /** Samples of a pixel without its opacity. */
    int colors() {
      return hasAlpha() ? samples - 1 : samples;
    }

    /** Whether the last sample is the pixel's opacity. */
    boolean hasAlpha() {
      return this == GRAY_ALPHA || this == RGB_ALPHA;
    }
  }

  /** Reads and checks the content of the chunk IHDR. */
  static PngHeader of(byte[] chunk) throws BadImageException {
    if (chunk.length != SIZE) {
      throw damaged("the header has " + chunk.length + " bytes, expected " + SIZE);
    }
    ByteBuffer header = ByteBuffer.wrap(chunk);
    int width = header.getInt();
    int height = header.getInt();
    int bits = header.get();
    int number = header.get();
    if (width < 1 || height < 1) {
      throw damaged(String.format(Locale.ROOT, "it has %d x %d pixels", width, height));
    }
    for (Color color : Color.values()) {
      if (color.number == number && Integer.bitCount(bits) == 1 && (color.depths & bits) != 0) {
        int methods = header.getShort(); // of compression and filters: there is one of each
        int interlaced = header.get();
        if (methods != 0 || interlaced < 0 || interlaced > 1) {
          throw damaged("its compression, filter or interlacing is unknown");
        }
        return new PngHeader(width, height, bits, color, interlaced == 1);
      }
    }
    throw damaged(String.format(Locale.ROOT, "it has color type %d with %d bits", number, bits));
  }

  private static BadImageException damaged(String reason) {
    return new BadImageException("is a damaged or unsupported PNG image: " + reason);
  }

  /** Bits of a pixel. */
  int pixelBits() {
    return bits * color.samples();
  }

  /** Bytes of a row of so many pixels. */
  long rowBytes(int pixels) {
    return ((long) pixels * pixelBits() + 7) / 8;
  }
}
