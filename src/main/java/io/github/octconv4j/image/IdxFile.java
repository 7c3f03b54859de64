package io.github.octconv4j.image;

import io.github.octconv4j.text.Printable;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The unsigned bytes of an IDX file, the format of MNIST and Fashion-MNIST: images (count, height,
 * width) or labels (count). Immutable, may be shared between threads.
 *
 * @since 0.1.0
 */
public final class IdxFile {
  /** The size above which {@link #read(Path)} refuses a file: 1 GiB of data, unpacked. */
  public static final long MAX_BYTES = 1L << 30;

  private static final long BEST_RATIO = 1032; // of deflate: 258 bytes in two bits

  private final String name;
  private final int[] dims;
  private final byte[] bytes;

  private IdxFile(String name, int[] dims, byte[] bytes) {
    this.name = name;
    this.dims = dims;
    this.bytes = bytes;
  }

  /**
   * Reads a file of at most {@link #MAX_BYTES} bytes of data, compressed with gzip or not: its
   * first bytes decide, not its name.
   *
   * @param path an IDX file of unsigned bytes in 1 to 3 dimensions
   * @return its content, on the heap
   * @throws IOException if the file cannot be read, is not such a file, holds fewer or more bytes
   *     than its dimensions say, or more than the limit; the message is one line that starts with
   *     the path
   */
  public static IdxFile read(Path path) throws IOException {
    return read(path, MAX_BYTES);
  }

  /**
   * Reads a file of limited size. The limit is compared with the dimensions in the file's header,
   * and so is the Java heap; memory is allocated for the data as they arrive, not for what the
   * header claims.
   *
   * @param path an IDX file of unsigned bytes in 1 to 3 dimensions
   * @param maxBytes the most bytes of data, unpacked, from 1 to {@link #MAX_BYTES}
   * @return its content, on the heap
   * @throws IOException if the file cannot be read, is not such a file, holds fewer or more bytes
   *     than its dimensions say, or more than the limit; the message is one line that starts with
   *     the path
   * @throws IllegalArgumentException if {@code maxBytes} is outside
   */
  public static IdxFile read(Path path, long maxBytes) throws IOException {
    if (maxBytes < 1 || maxBytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "maxBytes is %d, expected 1 to %d", maxBytes, MAX_BYTES));
    }
    String name = Printable.path(path);
    try (InputStream file = ImageFiles.open(path, "an IDX file");
        BufferedInputStream buffered = new BufferedInputStream(file);
        InputStream in = unpacked(buffered)) {
      int[] dims = dims(name, in);
      int size = size(name, dims, maxBytes);
      if (size <= Files.size(path) * (in == buffered ? 1 : BEST_RATIO)) {
        checkMemory(name, dims, size); // what the file can't hold never arrives
      }
      // Grows with what arrives: a header alone makes nobody allocate the size it claims.
      byte[] bytes = in.readNBytes(size);
      if (bytes.length < size) {
        throw tooShort(name, "of data for dimensions " + Arrays.toString(dims), size, bytes.length);
      }
      if (in.read() >= 0) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s: expected %d bytes of data for dimensions %s, found more",
                name,
                size,
                Arrays.toString(dims)));
      }
      return new IdxFile(name, dims, bytes);
    } catch (ZipException | EOFException e) {
      throw new IOException(name + ": its gzip data are damaged or truncated", e);
    }
  }

  /** The data are kept twice for a moment, in the pieces that arrived and as a whole. */
  private static void checkMemory(String name, int[] dims, int size) throws IOException {
    long most = Runtime.getRuntime().maxMemory();
    if (2L * size > most) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: dimensions %s take %d bytes while they are read, more than the Java heap's %d; set a larger heap (-Xmx)",
              name,
              Arrays.toString(dims),
              2L * size,
              most));
    }
  }

  private static InputStream unpacked(BufferedInputStream in) throws IOException {
    in.mark(2);
    boolean packed = in.read() == 0x1F && in.read() == 0x8B;
    in.reset();
    return packed ? new GZIPInputStream(in, 1 << 16) : in;
  }

  private static int[] dims(String name, InputStream in) throws IOException {
    byte[] magic = in.readNBytes(4);
    if (magic.length < 4) {
      throw tooShort(name, "of magic number", 4, magic.length);
    }
    boolean valid = magic[0] == 0 && magic[1] == 0 && magic[2] == 8;
    if (!valid || magic[3] < 1 || magic[3] > 3) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: starts with %08x, expected 00000801 to 00000803: IDX, unsigned bytes, 1 to 3"
                  + " dimensions",
              name,
              ByteBuffer.wrap(magic).getInt()));
    }
    byte[] header = in.readNBytes(magic[3] * Integer.BYTES);
    if (header.length < magic[3] * Integer.BYTES) {
      throw tooShort(name, "of dimensions", magic[3] * Integer.BYTES, header.length);
    }
    int[] dims = new int[magic[3]];
    ByteBuffer.wrap(header).asIntBuffer().get(dims);
    return dims;
  }

  private static int size(String name, int[] dims, long maxBytes) throws IOException {
    long size = 1;
    for (int i = 0; i < dims.length; i++) {
      int least = i == 0 ? 0 : 1; // no images is a file, images of no pixels are none
      if (dims[i] < least) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s: dimension %d of %s is %d, expected at least %d",
                name,
                i,
                Arrays.toString(dims),
                dims[i],
                least));
      }
      size *= dims[i]; // at most 2^30 * 2^31
      if (size > maxBytes) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s: dimensions %s are more than the limit of %d bytes",
                name,
                Arrays.toString(dims),
                maxBytes));
      }
    }
    return (int) size;
  }

  private static IOException tooShort(String name, String what, int expected, int found) {
    return new IOException(
        String.format(
            Locale.ROOT, "%s: expected %d bytes %s, found %d", name, expected, what, found));
  }

  /**
   * The dimensions, outermost first.
   *
   * @return a copy of the 1 to 3 dimensions
   */
  public int[] dims() {
    return dims.clone();
  }

  /**
   * The first dimension.
   *
   * @return the number of images or labels
   */
  public int count() {
    return dims[0];
  }

  /**
   * All values in row-major order.
   *
   * @return a copy of the unsigned bytes
   */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /**
   * An image of a file of three dimensions.
   *
   * @param index 0 to {@code count() - 1}
   * @return a grey image, its bytes divided by 255
   * @throws IllegalStateException if the file has not three dimensions
   * @throws IndexOutOfBoundsException if the index is outside
   */
  public Image image(int index) {
    requireDims(3, "images");
    requireIndex(index);
    int pixels = dims[1] * dims[2];
    float[] values = new float[pixels];
    for (int i = 0; i < pixels; i++) {
      values[i] = (bytes[index * pixels + i] & 0xFF) / 255f;
    }
    return new Image(dims[2], dims[1], 1, values);
  }

  /**
   * A label of a file of one dimension.
   *
   * @param index 0 to {@code count() - 1}
   * @return the label, 0 to 255
   * @throws IllegalStateException if the file has not one dimension
   * @throws IndexOutOfBoundsException if the index is outside
   */
  public int label(int index) {
    requireDims(1, "labels");
    requireIndex(index);
    return bytes[index] & 0xFF;
  }

  private void requireIndex(int index) {
    if (index < 0 || index >= dims[0]) {
      throw new IndexOutOfBoundsException(
          String.format(Locale.ROOT, "index must be 0 to %d, was %d", dims[0] - 1, index));
    }
  }

  private void requireDims(int expected, String what) {
    if (dims.length != expected) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%s: has dimensions %s, a file of %s has %d",
              name,
              Arrays.toString(dims),
              what,
              expected));
    }
  }

  /**
   * Path and dimensions.
   *
   * @return for instance {@code t10k-images-idx3-ubyte.gz [10000, 28, 28]}
   */
  @Override
  public String toString() {
    return name + " " + Arrays.toString(dims);
  }
}
