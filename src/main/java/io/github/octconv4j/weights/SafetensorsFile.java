package io.github.octconv4j.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * An open safetensors file: named tensors and a map of strings, <a
 * href="https://github.com/huggingface/safetensors">Hugging Face's format</a> for trained weights.
 *
 * <p>The file is memory-mapped read-only: opening reads and checks the header alone, the data are
 * read as they are used, and processes that map one file share its memory. Everything the header
 * says is checked before {@link #open} returns.
 *
 * <p>Any number of threads may share an open file. Views and their segments die with it: use after
 * {@link #close} is an {@link IllegalStateException}. Do not shorten or overwrite a file while it
 * is open: as with every mapped file, the values change, or reads of pages that are gone fail with
 * an {@link InternalError}.
 */
public final class SafetensorsFile implements AutoCloseable {
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long LARGEST_HEADER = 100_000_000; // the limit of the format's own reader

  private final Path path;
  private final Arena arena;
  private final Map<String, String> metadata;
  private final Map<String, TensorView> tensors;

  private SafetensorsFile(Path path, Arena arena, HeaderParser header) {
    this.path = path;
    this.arena = arena;
    this.metadata = Collections.unmodifiableMap(header.metadata());
    this.tensors = Collections.unmodifiableMap(header.tensors());
  }

  /**
   * Maps a file and checks its header.
   *
   * @param path a regular file on a file system that can be mapped
   * @return the open file, which the caller must close
   * @throws IOException if the file cannot be read or is not a valid safetensors file; the message
   *     is one line that starts with the path
   */
  public static SafetensorsFile open(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString(), null, "no such file");
    }
    if (!Files.isRegularFile(path)) {
      String kind = Files.isDirectory(path) ? "a directory" : "not a regular file";
      throw new IOException(path + ": is " + kind + ", expected a safetensors file");
    }
    Arena arena = Arena.ofShared();
    try {
      MemorySegment file = map(path, arena);
      long header = headerLength(path, file);
      MemorySegment data = file.asSlice(Long.BYTES + header);
      byte[] json = file.asSlice(Long.BYTES, header).toArray(ValueLayout.JAVA_BYTE);
      return new SafetensorsFile(path, arena, HeaderParser.parse(path, json, data));
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  private static MemorySegment map(Path path, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (AccessDeniedException e) {
      throw new IOException(path + ": may not be read, check its permissions", e);
    } catch (IOException e) {
      throw new IOException(path + ": cannot be mapped into memory, " + e.getMessage(), e);
    } catch (UnsupportedOperationException e) {
      throw new IOException(
          path + ": cannot be mapped into memory, copy it to the default file system", e);
    }
  }

  private static long headerLength(Path path, MemorySegment file) throws IOException {
    if (file.byteSize() < Long.BYTES) {
      throw new IOException(
          path + ": has " + file.byteSize() + " bytes, a safetensors file has at least 8");
    }
    long length = file.get(LENGTH, 0);
    if (Long.compareUnsigned(length, LARGEST_HEADER) > 0) {
      throw new IOException(
          String.format(
              "%s: its first 8 bytes announce a header of %s bytes, more than the limit of %d; is"
                  + " this a safetensors file?",
              path, Long.toUnsignedString(length), LARGEST_HEADER));
    }
    long rest = file.byteSize() - Long.BYTES;
    if (length > rest) {
      throw new IOException(
          String.format(
              "%s: announces a header of %d bytes, but only %d follow; the file is truncated, or"
                  + " no safetensors file",
              path, length, rest));
    }
    return length;
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
              "%s: has no tensor %s among its %d%s",
              path, Names.quote(name), tensors.size(), Names.hint(name, tensors.keySet())));
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
   * Unmaps the file. Its views' segments become unusable. Closing again does nothing.
   *
   * @throws IllegalStateException if native code is reading one of the segments at this moment; the
   *     file then stays open
   */
  @Override
  public synchronized void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  /**
   * Path and number of tensors.
   *
   * @return for instance {@code net.safetensors: 42 tensors}, also after closing
   */
  @Override
  public String toString() {
    return path + ": " + tensors.size() + " tensors" + (arena.scope().isAlive() ? "" : ", closed");
  }

  private void requireOpen() {
    if (!arena.scope().isAlive()) {
      throw new IllegalStateException(path + ": is closed, open it again to read from it");
    }
  }
}
