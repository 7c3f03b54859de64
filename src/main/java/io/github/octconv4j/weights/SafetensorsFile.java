package io.github.octconv4j.weights;

import io.github.octconv4j.files.DataFile;
import io.github.octconv4j.files.SimilarNames;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * An open safetensors file: named tensors and a map of strings, <a
 * href="https://github.com/huggingface/safetensors">Hugging Face's format</a> for trained weights.
 *
 * <p>Opening reads and checks the header alone, all of it; the data are read as they are used. The
 * file is not mapped into memory, so that nobody who shortens it while it is open can end the
 * process: reads of what is gone are an {@link java.io.UncheckedIOException}. Values that are
 * overwritten meanwhile are read as they are then.
 *
 * <p>Any number of threads may share an open file. Views and their segments die with it: use after
 * {@link #close} is an {@link IllegalStateException}.
 *
 * @since 0.1.0
 */
public final class SafetensorsFile implements AutoCloseable {
  private static final long LARGEST_HEADER = 100_000_000; // the limit of the format's own reader

  private final Path path;
  private final DataFile data;
  private final Map<String, String> metadata;
  private final Map<String, TensorView> tensors;

  private SafetensorsFile(Path path, DataFile data, HeaderParser header) {
    this.path = path;
    this.data = data;
    this.metadata = Collections.unmodifiableMap(header.metadata());
    this.tensors = Collections.unmodifiableMap(header.tensors());
  }

  /**
   * Opens a file and checks its header.
   *
   * @param path a regular file on the default file system
   * @return the open file, which the caller must close
   * @throws IOException if the file cannot be read or is not a valid safetensors file; the message
   *     is one line that starts with the path
   */
  public static SafetensorsFile open(Path path) throws IOException {
    DataFile data = DataFile.open(path, "a safetensors file");
    try {
      return new SafetensorsFile(
          path, data, HeaderParser.parse(path, headerLength(path, data), data));
    } catch (UncheckedIOException e) {
      data.close();
      throw e.getCause();
    } catch (Throwable e) {
      data.close();
      throw e;
    }
  }

  private static int headerLength(Path path, DataFile file) throws IOException {
    if (file.size() < Long.BYTES) {
      throw new IOException(
          Printable.path(path)
              + ": has "
              + file.size()
              + " bytes, a safetensors file has at least 8");
    }
    byte[] first = new byte[Long.BYTES];
    file.read(0, first, first.length);
    long length = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (Long.compareUnsigned(length, LARGEST_HEADER) > 0) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: its first 8 bytes announce a header of %s bytes, more than the limit of %d; is"
                  + " this a safetensors file?",
              Printable.path(path),
              Long.toUnsignedString(length),
              LARGEST_HEADER));
    }
    long rest = file.size() - Long.BYTES;
    if (length > rest) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: announces a header of %d bytes, but only %d follow; the file is truncated, or"
                  + " no safetensors file",
              Printable.path(path),
              length,
              rest));
    }
    return (int) length;
  }

  /**
   * Where the file is.
   *
   * @return the path it was opened with
   */
  public Path path() {
    return path;
  }

  /**
   * The strings that the writer stored along with the tensors.
   *
   * @return an unmodifiable map in the file's order, empty if there are none
   * @throws IllegalStateException if the file is closed
   */
  public Map<String, String> metadata() {
    requireOpen();
    return metadata;
  }

  /**
   * The names of the tensors.
   *
   * @return an unmodifiable set in the order of the file's header
   * @throws IllegalStateException if the file is closed
   */
  public Set<String> names() {
    requireOpen();
    return tensors.keySet();
  }

  /**
   * Whether the file has a tensor of this name.
   *
   * @param name a tensor's name
   * @return true if {@link #tensor} would find it
   * @throws IllegalStateException if the file is closed
   */
  public boolean contains(String name) {
    requireOpen();
    return tensors.containsKey(name);
  }

  /**
   * The tensor of this name.
   *
   * @param name a tensor's name
   * @return a view of it, valid until the file is closed
   * @throws IllegalArgumentException if there is none; the message offers names that look alike
   * @throws IllegalStateException if the file is closed
   */
  public TensorView tensor(String name) {
    requireOpen();
    TensorView tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: has no tensor %s among its %d%s",
              Printable.path(path),
              Printable.quote(name),
              tensors.size(),
              SimilarNames.hint(name, tensors.keySet())));
    }
    return tensor;
  }

  /**
   * All tensors.
   *
   * @return an unmodifiable collection in the order of the file's header
   * @throws IllegalStateException if the file is closed
   */
  public Collection<TensorView> tensors() {
    requireOpen();
    return tensors.values();
  }

  /**
   * Closes the file. Its views' segments become unusable. Closing again does nothing.
   *
   * @throws IllegalStateException if native code is reading one of the segments at this moment; the
   *     file then stays open
   */
  @Override
  public void close() {
    data.close();
  }

  /**
   * Path and number of tensors.
   *
   * @return for instance {@code net.safetensors: 42 tensors}, also after closing
   */
  @Override
  public String toString() {
    return Printable.path(path)
        + ": "
        + tensors.size()
        + " tensors"
        + (data.isOpen() ? "" : ", closed");
  }

  /** How many bytes the file had when it was opened. */
  long size() {
    return data.size();
  }

  private void requireOpen() {
    if (!data.isOpen()) {
      throw new IllegalStateException(
          Printable.path(path) + ": is closed, open it again to read from it");
    }
  }
}
