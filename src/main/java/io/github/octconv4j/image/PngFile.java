package io.github.octconv4j.image;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the chunks of a PNG file and checks what they claim, before anything of the claimed size is
 * allocated. Texts, color profiles and all else that is not needed is skipped, packed as it is.
 */
final class PngFile {
  private static final int HEADER = 0x49484452; // IHDR
  private static final int PALETTE = 0x504C5445; // PLTE
  private static final int TRANSPARENCY = 0x74524E53; // tRNS
  private static final int DATA = 0x49444154; // IDAT
  private static final int EXIF = 0x65584966; // eXIf
  private static final int END = 0x49454E44; // IEND
  private static final int LONGEST_PALETTE = 3 * 256;
  private static final int LONGEST_EXIF = 1 << 20;
  private static final int BEST_RATIO = 1032; // of deflate: 258 bytes in two bits

  private final ByteSource in;
  private final PngHeader header;
  private final List<byte[]> data = new ArrayList<>();
  private byte @Nullable [] palette;
  private byte @Nullable [] transparency;
  private Orientation orientation = Orientation.UPRIGHT;

  /** Reads from behind the signature. */
  PngFile(ByteSource in, ImageOptions options) throws IOException {
    this.in = in;
    int length = length();
    if (in.next32() != HEADER) {
      throw damaged("it begins without a header");
    }
    header = PngHeader.of(in.next(Math.min(length, 64)));
    in.skip(4);
    options.checkSize(header.width(), header.height());
    chunks();
    checkData();
  }

  static BadImageException damaged(String reason) {
    return new BadImageException("is a damaged or unsupported PNG image: " + reason);
  }

  PngHeader header() {
    return header;
  }

  /** The packed pixels, in pieces. */
  List<byte[]> data() {
    return data;
  }

  /** Red, green and blue of each color. */
  byte[] palette() throws BadImageException {
    byte[] known = palette;
    if (known == null) {
      throw damaged("its palette is missing");
    }
    return known;
  }

  /** Opacities of the palette's colors, or the one color that is transparent. */
  byte @Nullable [] transparency() {
    return transparency;
  }

  Orientation orientation() {
    return orientation;
  }

  /** Where the file ends after pixels instead of an end chunk, the pixels say if any is missing. */
  private void chunks() throws IOException {
    int type = 0;
    while (type != END) {
      int length;
      try {
        length = length();
        type = in.next32();
      } catch (EOFException e) {
        if (data.isEmpty()) {
          throw e;
        }
        return;
      }
      if (type != END) {
        chunk(type, length);
      }
    }
  }

  private int length() throws IOException {
    int length = in.next32();
    if (length < 0) {
      throw damaged("a chunk has a negative length");
    }
    return length;
  }

  private void chunk(int type, int length) throws IOException {
    switch (type) {
      case HEADER -> throw damaged("it has two headers");
      case DATA -> data.add(in.next(length));
      case PALETTE -> palette = table("palette", length);
      case TRANSPARENCY -> transparency = table("transparency", length);
      case EXIF -> {
        if (length <= LONGEST_EXIF) {
          orientation = Exif.orientation(in.next(length), 0);
        } else {
          in.skip(length);
        }
      }
      default -> in.skip(length);
    }
    in.skip(4); // a checksum, which is left to those who repair files
  }

  private byte[] table(String what, int length) throws IOException {
    if (length > LONGEST_PALETTE) {
      throw damaged(String.format(Locale.ROOT, "its %s has %d bytes", what, length));
    }
    return in.next(length);
  }

  private void checkData() throws BadImageException {
    long packed = data.stream().mapToLong(piece -> piece.length).sum();
    long needed = PngPass.of(header).stream().mapToLong(pass -> pass.bytes(header)).sum();
    if (needed / BEST_RATIO > packed) {
      throw damaged(
          String.format(
              Locale.ROOT,
              "%d bytes of data are too few for %d x %d pixels",
              packed,
              header.width(),
              header.height()));
    }
  }
}
