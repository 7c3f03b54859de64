package io.github.octconv4j.image;

import io.github.octconv4j.text.Printable;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Reads PNG and JPEG files, and writes PNG.
 *
 * <p>Reading gives the samples as they stand in the file, scaled to 0..1: no gamma correction, no
 * color profile, also of pictures in inks. Grey pictures (and palettes of greys only) have one
 * channel, all others three. Transparent pixels are laid over black. Pictures are mirrored and
 * turned as their EXIF orientation says (of a JPEG file's first EXIF segment, or a PNG file's eXIf
 * chunk), unless {@link ImageOptions#upright} is switched off; damaged EXIF data say nothing.
 *
 * <p>PNG files of every kind are read, with all 16 bits where they have them; checksums are not
 * verified. JPEG files may be sequential or progressive, in grey, YCbCr, RGB, CMYK or YCCK, with
 * any subsampling and with or without Huffman tables; their pixels are those of Pillow with
 * libjpeg-turbo, to the last bit, where the file is whole. (Two exceptions: inks without Adobe's
 * mark are taken for inverted ones, as Pillow takes them; what a progressive file leaves out is not
 * guessed.) Arithmetic coding, lossless and hierarchical JPEG, and more than 8 bits a sample in
 * JPEG are refused.
 *
 * <p>Files may come from anywhere: what is not a complete PNG or JPEG image, or too large, is an
 * {@link IOException} of one line that starts with the path. All methods may be called by any
 * thread. No display is needed and no temporary files are written.
 *
 * @since 0.1.0
 */
public final class ImageFiles {
  /** The size above which {@link #read(Path)} refuses an image: 64 megapixels. */
  public static final long MAX_PIXELS = 64_000_000;

  private ImageFiles() {}

  /**
   * Reads an image of at most {@link #MAX_PIXELS} pixels.
   *
   * @param path a PNG or JPEG file, whatever its name
   * @return the image
   * @throws IOException if the file cannot be read, is not a PNG or JPEG image, is damaged or
   *     truncated, has more pixels than the limit or than the Java heap can hold, more than 256
   *     MiB, or a progressive one has more than 100 scans or visits its pixels too often
   */
  public static Image read(Path path) throws IOException {
    return read(path, MAX_PIXELS);
  }

  /**
   * Reads an image of limited size. The limit is compared with the size in the file's header.
   * Memory for the pixels is allocated once the whole file was read and is long enough for them; a
   * pixel takes up to 15 bytes while decoding.
   *
   * @param path a PNG or JPEG file, whatever its name
   * @param maxPixels the largest width times height to accept, at least 1
   * @return the image
   * @throws IOException if the file cannot be read, is not a PNG or JPEG image, is damaged or
   *     truncated, has more pixels than the limit or than the Java heap can hold, more than 256
   *     MiB, or a progressive one has more than 100 scans or visits its pixels too often
   * @throws IllegalArgumentException if {@code maxPixels} is below 1
   */
  public static Image read(Path path, long maxPixels) throws IOException {
    return read(path, ImageOptions.DEFAULT.maxPixels(maxPixels));
  }

  /**
   * Reads an image with options: its largest size, and whether it is turned upright.
   *
   * @param path a PNG or JPEG file, whatever its name
   * @param options how to read it
   * @return the image
   * @throws IOException if the file cannot be read, is not a PNG or JPEG image, is damaged or
   *     truncated, has more pixels than the limit or than the Java heap can hold, more than 256
   *     MiB, or a progressive one has more than 100 scans or visits its pixels too often
   */
  public static Image read(Path path, ImageOptions options) throws IOException {
    Objects.requireNonNull(options, "options");
    try (InputStream in = open(path, "an image")) {
      return read(in, path.toString(), options);
    }
  }

  /**
   * Reads an image from a stream, for instance a resource or an upload.
   *
   * @param in the bytes of a PNG or JPEG file; read as far as needed, not closed
   * @param name what messages call the image
   * @param maxPixels the largest width times height to accept, at least 1
   * @return the image
   * @throws IOException if the stream cannot be read, is not a PNG or JPEG image, is damaged or
   *     truncated, has more pixels than the limit or than the Java heap can hold, more than 256
   *     MiB, or a progressive one has more than 100 scans or visits its pixels too often
   * @throws IllegalArgumentException if {@code maxPixels} is below 1
   */
  public static Image read(InputStream in, String name, long maxPixels) throws IOException {
    return read(in, name, ImageOptions.DEFAULT.maxPixels(maxPixels));
  }

  /**
   * Reads an image from a stream with options: its largest size, and whether it is turned upright.
   *
   * @param in the bytes of a PNG or JPEG file; read as far as needed, not closed
   * @param name what messages call the image
   * @param options how to read it
   * @return the image
   * @throws IOException if the stream cannot be read, is not a PNG or JPEG image, is damaged or
   *     truncated, has more pixels than the limit or than the Java heap can hold, more than 256
   *     MiB, or a progressive one has more than 100 scans or visits its pixels too often
   */
  public static Image read(InputStream in, String name, ImageOptions options) throws IOException {
    Objects.requireNonNull(in, "in");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(options, "options");
    return new Decoder(name, options).decode(in);
  }

  /**
   * Writes an image as PNG with 8 bits a sample, grey or RGB as the image is. Values are clamped to
   * 0..1 and rounded; NaN becomes 0. An existing file is replaced.
   *
   * @param path the file to write, in a folder that exists
   * @param image what to write
   * @throws IOException if the file cannot be written; the message starts with the path
   */
  public static void writePng(Path path, Image image) throws IOException {
    byte[] png = encode(image); // first, so that a failure leaves no half file
    try {
      Files.write(path, png);
    } catch (IOException e) {
      Path parent = path.toAbsolutePath().getParent();
      String why =
          parent != null && !Files.isDirectory(parent)
              ? "the folder does not exist"
              : Files.isDirectory(path) ? "is a directory" : e.getClass().getSimpleName();
      throw new IOException(Printable.path(path) + ": cannot be written, " + why, e);
    }
  }

  /** Opens a regular file, or says in one line why not. */
  static InputStream open(Path path, String expected) throws IOException {
    String name = Printable.path(path);
    if (!Files.exists(path)) {
      throw new NoSuchFileException(name, null, "no such file");
    }
    if (!Files.isRegularFile(path)) {
      String kind = Files.isDirectory(path) ? "a directory" : "not a regular file";
      throw new IOException(name + ": is " + kind + ", expected " + expected);
    }
    try {
      return Files.newInputStream(path);
    } catch (AccessDeniedException e) {
      throw new IOException(name + ": may not be read, check its permissions", e);
    } catch (FileSystemException e) {
      throw new IOException(name + ": cannot be read, " + Printable.line("" + e.getReason()), e);
    }
  }

  private static byte[] encode(Image image) throws IOException {
    int type = image.channels() == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    BufferedImage picture = new BufferedImage(image.width(), image.height(), type);
    int[] row = new int[image.width()];
    for (int c = 0; c < image.channels(); c++) {
      for (int y = 0; y < image.height(); y++) {
        for (int x = 0; x < row.length; x++) {
          row[x] = Math.round(255 * Math.clamp(image.at(c, y, x), 0f, 1f));
        }
        // Through the raster: setRGB would apply a gamma curve to grey images.
        picture.getRaster().setSamples(0, y, row.length, 1, c, row);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = Codecs.writer("png");
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(picture);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
