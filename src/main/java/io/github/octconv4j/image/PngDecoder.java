package io.github.octconv4j.image;

import java.io.IOException;
import java.util.Iterator;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Decodes PNG files: the samples as they are, without gamma and color profile. */
final class PngDecoder {
  private static final int LONGEST_ROW = 1 << 30;

  private final PngFile file;
  private final PngHeader header;
  private final PngColors colors;
  private final Inflater inflater = new Inflater();
  private final Iterator<byte[]> packed;

  private PngDecoder(PngFile file) throws BadImageException {
    this.file = file;
    this.header = file.header();
    this.colors = PngColors.of(file);
    this.packed = file.data().iterator();
  }

  /** Decodes what follows the signature. */
  static Image decode(ByteSource in, ImageOptions options) throws IOException {
    PngDecoder decoder = new PngDecoder(new PngFile(in, options));
    try {
      return decoder.image(options.upright());
    } finally {
      decoder.inflater.end();
    }
  }

  private Image image(boolean upright) throws BadImageException {
    long values = (long) header.width() * header.height() * colors.channels();
    HeapNeed.check(header.width(), header.height(), values * Float.BYTES);
    Orientation orientation = upright ? file.orientation() : Orientation.UPRIGHT;
    Pixels pixels = new Pixels(header.width(), header.height(), colors.channels(), orientation);
    for (PngPass pass : PngPass.of(header)) {
      decode(pass, pixels);
    }
    return pixels.image();
  }

  private void decode(PngPass pass, Pixels pixels) throws BadImageException {
    int columns = pass.columns(header);
    if (header.rowBytes(columns) > LONGEST_ROW) {
      throw PngFile.damaged("a row has " + header.rowBytes(columns) + " bytes");
    }
    int bytes = (int) header.rowBytes(columns);
    int step = Math.max(1, header.pixelBits() / 8); // to the byte that a filter compares with
    byte[] above = new byte[step + bytes]; // with zeros on the left of the first pixel
    byte[] row = new byte[step + bytes];
    byte[] filter = new byte[1];
    int[] samples = new int[columns * header.color().samples()];
    for (int y = 0; y < pass.rows(header); y++) {
      inflate(filter, 0);
      inflate(row, step);
      unfilter(filter[0], row, above, step);
      unpack(row, step, samples);
      for (int x = 0; x < columns; x++) {
        colors.set(
            pixels, pass.top() + y * pass.down(), pass.left() + x * pass.across(), samples, x);
      }
      byte[] free = above;
      above = row;
      row = free;
    }
  }

  /** Fills an array from an index with the next bytes. */
  private void inflate(byte[] bytes, int from) throws BadImageException {
    int at = from;
    while (at < bytes.length) {
      int n;
      try {
        n = inflater.inflate(bytes, at, bytes.length - at);
      } catch (DataFormatException e) {
        throw PngFile.damaged("its data can't be unpacked");
      }
      at += n;
      if (n == 0 && (inflater.finished() || !inflater.needsInput() || !packed.hasNext())) {
        throw PngFile.damaged("its data end too early");
      }
      if (n == 0) {
        inflater.setInput(packed.next());
      }
    }
  }

  private static void unfilter(int filter, byte[] row, byte[] above, int step)
      throws BadImageException {
    for (int i = step; i < row.length; i++) {
      int left = row[i - step] & 0xFF;
      int up = above[i] & 0xFF;
      int corner = above[i - step] & 0xFF;
      row[i] +=
          (byte)
              switch (filter) {
                case 0 -> 0;
                case 1 -> left;
                case 2 -> up;
                case 3 -> (left + up) / 2;
                case 4 -> nearest(left, up, corner);
                default -> throw PngFile.damaged("a row has filter " + (filter & 0xFF));
              };
    }
  }

  /** Paeth's predictor. */
  private static int nearest(int left, int up, int corner) {
    int toLeft = Math.abs(up - corner);
    int toUp = Math.abs(left - corner);
    int toCorner = Math.abs(left + up - 2 * corner);
    if (toLeft <= toUp && toLeft <= toCorner) {
      return left;
    }
    return toUp <= toCorner ? up : corner;
  }

  private void unpack(byte[] row, int from, int[] samples) {
    int bits = header.bits();
    for (int i = 0; i < samples.length; i++) {
      if (bits == 16) {
        samples[i] = ((row[from + 2 * i] & 0xFF) << 8) | (row[from + 2 * i + 1] & 0xFF);
      } else {
        int bit = i * bits;
        int shift = 8 - bits - bit % 8; // the first sample has the highest bits
        samples[i] = ((row[from + bit / 8] & 0xFF) >> shift) & ((1 << bits) - 1);
      }
    }
  }
}
