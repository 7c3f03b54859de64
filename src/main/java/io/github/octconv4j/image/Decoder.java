package io.github.octconv4j.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/** Decodes one PNG or JPEG image of unknown origin. Messages start with {@code name}. */
final class Decoder {
  private static final int[] PNG = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final int[] JPEG = {0xFF, 0xD8, 0xFF};
  private static final long MOST_BYTES = 256L << 20;
  private static final int MOST_SCANS = 100;

  private final String name;
  private final long maxPixels;
  private boolean truncated;
  private @Nullable IOException refusal; // ours, to tell it from what the decoder throws or wraps

  Decoder(String name, long maxPixels) {
    this.name = name;
    this.maxPixels = maxPixels;
  }

  Image decode(InputStream stream) throws IOException {
    InputStream in = new BufferedInputStream(new Limited(stream));
    String format = format(in);
    ImageReader reader = Codecs.reader(format);
    // Made here rather than by ImageIO, which would put temporary files on the disk.
    try (ImageInputStream input = new MemoryCacheImageInputStream(in)) {
      reader.setInput(input, true, true); // no metadata: they may unpack to any size
      return decode(reader, format);
    } finally {
      reader.dispose();
    }
  }

  private Image decode(ImageReader reader, String format) throws IOException {
    reader.addIIOReadWarningListener((source, warning) -> warned(warning));
    BufferedImage image;
    try {
      checkSize(reader.getWidth(0), reader.getHeight(0));
      image = reader.read(0);
    } catch (IOException | RuntimeException e) {
      throw refusal != null
          ? refusal
          : failure("is a damaged or unsupported " + format + " image: " + reason(e), e);
    }
    if (truncated) {
      throw failure("is a truncated " + format + " image", null);
    }
    return toImage(image);
  }

  /** The JPEG decoder fills what is missing with grey and says so in a warning only. */
  private void warned(String warning) {
    truncated |= warning.contains("Truncated") || warning.contains("premature end");
  }

  private String format(InputStream in) throws IOException {
    in.mark(PNG.length);
    byte[] start = in.readNBytes(PNG.length);
    in.reset();
    if (startsWith(start, PNG)) {
      return "PNG";
    }
    if (startsWith(start, JPEG)) {
      return "JPEG";
    }
    throw failure("is not a PNG or JPEG image", null);
  }

  private static boolean startsWith(byte[] bytes, int[] signature) {
    boolean same = bytes.length >= signature.length;
    for (int i = 0; same && i < signature.length; i++) {
      same = (bytes[i] & 0xFF) == signature[i];
    }
    return same;
  }

  private void checkSize(int width, int height) throws IOException {
    if ((long) width * height > maxPixels) {
      refusal =
          new IOException(
              String.format(
                  Locale.ROOT,
                  "%s: is %d x %d pixels large, more than the limit of %d pixels",
                  name,
                  width,
                  height,
                  maxPixels));
      throw refusal;
    }
  }

  private IOException failure(String message, @Nullable Exception cause) {
    return new IOException(name + ": " + message, cause);
  }

  /** The innermost message: the decoders wrap "unexpected end" in "error reading data". */
  private static String reason(Throwable e) {
    String reason = e.getClass().getSimpleName();
    for (Throwable t = e; t != null; t = t.getCause()) {
      reason = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
    }
    return reason.replaceAll("\\p{Cntrl}+", " ");
  }

  /** The samples as they are in the file: no color profile, no gamma; alpha over black. */
  private static Image toImage(BufferedImage image) {
    return image.getColorModel() instanceof IndexColorModel palette
        ? indexed(image.getRaster(), palette)
        : sampled(image);
  }

  private static Image sampled(BufferedImage image) {
    Raster raster = image.getRaster();
    int width = image.getWidth();
    int height = image.getHeight();
    int channels = image.getColorModel().getNumColorComponents() == 1 ? 1 : 3;
    int bands = raster.getNumBands();
    boolean alpha = image.getColorModel().hasAlpha() && bands > channels;
    boolean premultiplied = image.isAlphaPremultiplied();
    float[] scale = new float[bands];
    for (int b = 0; b < bands; b++) {
      scale[b] = (1L << raster.getSampleModel().getSampleSize(b)) - 1;
    }
    float[] values = new float[Image.length(width, height, channels)];
    int[] row = new int[width * bands];
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int pixel = x * bands;
        float opacity = 1;
        if (alpha && !premultiplied) {
          opacity = row[pixel + channels] / scale[channels];
        }
        for (int c = 0; c < channels; c++) {
          values[(c * height + y) * width + x] = row[pixel + c] / scale[c] * opacity;
        }
      }
    }
    return new Image(width, height, channels, values);
  }

  private static Image indexed(Raster raster, IndexColorModel palette) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    float[][] colors = {new float[256], new float[256], new float[256]};
    for (int i = 0; i < Math.min(palette.getMapSize(), 256); i++) {
      float opacity = palette.getAlpha(i) / 255f;
      colors[0][i] = palette.getRed(i) / 255f * opacity;
      colors[1][i] = palette.getGreen(i) / 255f * opacity;
      colors[2][i] = palette.getBlue(i) / 255f * opacity;
    }
    boolean gray = Arrays.equals(colors[0], colors[1]) && Arrays.equals(colors[1], colors[2]);
    int channels = gray ? 1 : 3;
    float[] values = new float[Image.length(width, height, channels)];
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int c = 0; c < channels; c++) {
        for (int x = 0; x < width; x++) {
          values[(c * height + y) * width + x] = colors[c][row[x] & 0xFF];
        }
      }
    }
    return new Image(width, height, channels, values);
  }

  /** Everything read is kept in memory and decoded, so there is an end to it. */
  private final class Limited extends FilterInputStream {
    private final JpegScans scans = new JpegScans();
    private long read;

    Limited(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      if (b >= 0) {
        scans.accept(b);
        count(1);
      }
      return b;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int n = super.read(target, offset, length);
      for (int i = 0; i < n; i++) {
        scans.accept(target[offset + i] & 0xFF);
      }
      count(Math.max(n, 0));
      return n;
    }

    private void count(int bytes) throws IOException {
      read += bytes;
      if (read > MOST_BYTES) {
        refusal = new IOException(name + ": is larger than the limit of " + MOST_BYTES + " bytes");
        throw refusal;
      }
      if (scans.count() > MOST_SCANS) {
        refusal =
            new IOException(
                name + ": is a JPEG image of more scans than the limit of " + MOST_SCANS);
        throw refusal;
      }
    }
  }
}
