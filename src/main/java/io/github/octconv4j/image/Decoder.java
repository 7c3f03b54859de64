package io.github.octconv4j.image;

import io.github.octconv4j.text.Printable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Decodes one PNG or JPEG image of unknown origin. Messages start with {@code name}. */
final class Decoder {
  private static final int[] PNG = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final int[] JPEG = {0xFF, 0xD8};

  private final String name;
  private final ImageOptions options;

  Decoder(String name, ImageOptions options) {
    this.name = Printable.path(name);
    this.options = options;
  }

  Image decode(InputStream in) throws IOException {
    try {
      return decode(new ByteSource(in));
    } catch (BadImageException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    }
  }

  private Image decode(ByteSource in) throws IOException {
    int first;
    try {
      first = in.next();
      int[] signature = first == PNG[0] ? PNG : JPEG;
      for (int i = 0; i < signature.length; i++) {
        if ((i == 0 ? first : in.next()) != signature[i]) {
          throw unknown();
        }
      }
    } catch (EOFException e) {
      throw unknown();
    }
    boolean png = first == PNG[0];
    try {
      return png ? PngDecoder.decode(in, options) : JpegDecoder.decode(in, options);
    } catch (EOFException e) {
      throw png
          ? PngFile.damaged(String.valueOf(e.getMessage()))
          : new BadImageException("is a truncated JPEG image");
    }
  }

  private static BadImageException unknown() {
    return new BadImageException("is not a PNG or JPEG image");
  }
}
