package io.github.octconv4j.image;

import io.github.octconv4j.image.JpegScan.Part;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JPEG file up to its end marker and checks what it claims, before anything of the claimed
 * size is allocated. Metadata are dropped but for a few {@link JpegHints}, so that damaged ones, or
 * color profiles, do no harm.
 */
final class JpegFile {
  private static final int MOST_SCANS = 100;
  private static final int MOST_VISITS = 24; // of each pixel that the limit allows
  private static final long LEAST_VISITS = 1L << 28; // of pixels, whatever the limit
  private static final long MANY = 1L << 40; // pixels
  private static final int BLOCK = 64;
  private static final int END_OF_IMAGE = 0xD9;

  private final ByteSource in;
  private final ImageOptions options;
  private final JpegHints hints = new JpegHints();
  private final List<JpegSegment> segments = new ArrayList<>();
  private final List<JpegComponent> begun = new ArrayList<>(); // components with a first scan
  private @Nullable JpegFrame frame;
  private int scans;
  private long visits;
  private int behindScan; // a marker that ended a scan, 0 for none

  /** Reads from behind the start marker. */
  JpegFile(ByteSource in, ImageOptions options) throws IOException {
    this.in = in;
    this.options = options;
    for (int marker = marker(); marker != END_OF_IMAGE; marker = marker()) {
      segment(marker);
    }
    if (begun.size() < frame().components().size()) {
      throw damaged("a component has no scan");
    }
  }

  JpegFrame frame() throws BadImageException {
    JpegFrame known = frame;
    if (known == null) {
      throw damaged("a header is missing");
    }
    return known;
  }

  JpegHints hints() {
    return hints;
  }

  List<JpegSegment> segments() {
    return segments;
  }

  private static BadImageException damaged(String reason) {
    return new BadImageException("is a damaged JPEG image: " + reason);
  }

  private static BadImageException unsupported(String what) {
    return new BadImageException(
        String.format(
            Locale.ROOT,
            "is a JPEG image %s, which is not supported; convert it with another program",
            what));
  }

  /** The next marker, whatever stands before it. */
  private int marker() throws IOException {
    if (behindScan != 0) {
      int marker = behindScan;
      behindScan = 0;
      return marker;
    }
    int b = in.next();
    while (true) {
      while (b != 0xFF) {
        b = in.next();
      }
      while (b == 0xFF) {
        b = in.next();
      }
      if (b != 0) {
        return b;
      }
    }
  }

  private void segment(int marker) throws IOException {
    switch (marker) {
      case 0xC0, 0xC1, 0xC2 -> frame(marker == 0xC2);
      case 0xC3 -> throw unsupported("without loss");
      case 0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF -> throw unsupported("with several resolutions");
      case 0xC9, 0xCA -> throw unsupported("with arithmetic coding");
      case 0xCB -> throw unsupported("without loss, with arithmetic coding");
      case 0xC4 -> segments.add(new JpegSegment.Huffman(body()));
      case 0xDB -> segments.add(new JpegSegment.Quantization(body()));
      case 0xDD -> {
        byte[] body = body();
        if (body.length != 2) {
          throw damaged("a restart interval has " + body.length + " bytes, expected 2");
        }
        segments.add(new JpegSegment.Restart(((body[0] & 0xFF) << 8) | (body[1] & 0xFF)));
      }
      case 0xDA -> scan();
      case 0xD8 -> throw damaged("it begins twice");
      case 0x01, 0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7 -> {} // without content
      case 0xE0, 0xE1, 0xEE -> hints.accept(marker - 0xE0, body());
      default -> in.skip(length());
    }
  }

  private int length() throws IOException {
    int length = in.next16();
    if (length < 2) {
      throw damaged("a segment has the length " + length);
    }
    return length - 2;
  }

  private byte[] body() throws IOException {
    return in.next(length());
  }

  private void frame(boolean progressive) throws IOException {
    if (frame != null) {
      throw damaged("it has two headers");
    }
    byte[] body = body();
    if (body.length < 6 || body.length != 6 + 3 * (body[5] & 0xFF)) {
      throw damaged("the header has " + body.length + " bytes");
    }
    int height = ((body[1] & 0xFF) << 8) | (body[2] & 0xFF);
    int width = ((body[3] & 0xFF) << 8) | (body[4] & 0xFF);
    int count = body[5] & 0xFF;
    if (body[0] != 8) {
      throw unsupported(String.format(Locale.ROOT, "of %d bits a sample", body[0] & 0xFF));
    }
    if (height == 0 || width == 0) {
      throw unsupported(String.format(Locale.ROOT, "of %d x %d pixels", width, height));
    }
    if (count != 1 && count != 3 && count != 4) {
      throw unsupported(String.format(Locale.ROOT, "of %d components", count));
    }
    options.checkSize(width, height);
    List<JpegComponent> components = new ArrayList<>();
    for (int i = 6; i < body.length; i += 3) {
      int sampling = body[i + 1] & 0xFF;
      components.add(
          new JpegComponent(body[i] & 0xFF, sampling >> 4, sampling & 0xF, body[i + 2] & 0xFF));
    }
    frame = JpegFrame.of(progressive, width, height, components);
  }

  private void scan() throws IOException {
    JpegFrame image = frame();
    byte[] body = body();
    int count = body.length == 0 ? 0 : body[0] & 0xFF;
    if (count < 1 || count > 4 || body.length != 4 + 2 * count) {
      throw damaged(
          String.format(Locale.ROOT, "a scan has %d components in %d bytes", count, body.length));
    }
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(body[1 + 2 * i] & 0xFF);
    }
    List<Part> parts = new ArrayList<>();
    for (JpegComponent component : image.select(ids)) {
      int tables = body[2 + 2 * parts.size()] & 0xFF;
      if ((tables >> 4) > 3 || (tables & 0xF) > 3) {
        throw damaged(String.format(Locale.ROOT, "a scan has Huffman tables %02x", tables));
      }
      parts.add(new Part(component, tables >> 4, tables & 0xF));
    }
    int end = body.length;
    int first = image.progressive() ? body[end - 3] & 0xFF : 0;
    int last = image.progressive() ? body[end - 2] & 0xFF : BLOCK - 1;
    int high = image.progressive() ? (body[end - 1] & 0xFF) >> 4 : 0;
    int low = image.progressive() ? body[end - 1] & 0xF : 0;
    boolean right = first == 0 ? last == 0 : count == 1 && last >= first && last < BLOCK;
    if (image.progressive() && (!right || low > 13 || (high != 0 && high != low + 1))) {
      throw damaged(
          String.format(
              Locale.ROOT,
              "a scan of %d components has coefficients %d to %d and bits %d to %d",
              count,
              first,
              last,
              high,
              low));
    }
    JpegScan scan = new JpegScan(parts, first, last, high, low);
    count(scan);
    byte[] data = entropyCoded();
    if (data.length * 8L < scan.blocks() * scan.leastBits(image.progressive())) {
      throw damaged(
          String.format(
              Locale.ROOT,
              "%d bytes of data are too few for %d x %d pixels",
              data.length,
              image.width(),
              image.height()));
    }
    segments.add(new JpegSegment.Scan(scan, data));
  }

  /** Counts what the decoder would have to do. */
  private void count(JpegScan scan) throws BadImageException {
    if (++scans > MOST_SCANS) {
      throw new BadImageException("is a JPEG image of more scans than the limit of " + MOST_SCANS);
    }
    visits += scan.blocks() * BLOCK;
    long most = Math.max(LEAST_VISITS, MOST_VISITS * Math.min(options.maxPixels(), MANY));
    if (visits > most) {
      throw new BadImageException(
          String.format(
              Locale.ROOT,
              "is a JPEG image whose scans visit %d samples or more, more than the limit of %d",
              visits,
              most));
    }
    for (Part part : scan.parts()) {
      if (scan.first() == 0 && scan.high() == 0 && !begun.contains(part.component())) {
        begun.add(part.component());
      } else if (!begun.contains(part.component())) {
        throw damaged("a component begins with another scan than its first");
      }
    }
  }

  /** Reads the bytes of a scan and the marker behind them. */
  private byte[] entropyCoded() throws IOException {
    byte[] bytes = new byte[1 << 10];
    int n = 0;
    while (true) {
      int b = in.next();
      if (n + 2 > bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * n);
      }
      if (b != 0xFF) {
        bytes[n++] = (byte) b;
        continue;
      }
      while (b == 0xFF) {
        b = in.next();
      }
      if (b != 0 && (b < 0xD0 || b > 0xD7)) {
        behindScan = b;
        return Arrays.copyOf(bytes, n);
      }
      bytes[n++] = (byte) 0xFF;
      bytes[n++] = (byte) b;
    }
  }
}
