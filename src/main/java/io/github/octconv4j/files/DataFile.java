package io.github.octconv4j.files;

import io.github.octconv4j.text.Printable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The bytes of an open file. They are read, never mapped: of a mapped file that somebody shortens,
 * the pages that are gone end the process at the next access of native code.
 *
 * <p>Thread-safe. An interrupt does not close it, as it would a channel.
 */
public final class DataFile implements AutoCloseable {
  private static final int BLOCK = 1 << 18;

  private final String path; // as it stands in messages
  private final RandomAccessFile file;
  private final long size;
  private final Arena copies = Arena.ofShared();

  private DataFile(Path path, RandomAccessFile file, long size) {
    this.path = Printable.path(path);
    this.file = file;
    this.size = size;
  }

  /**
   * Opens a regular file, or says in one line why not.
   *
   * @param path the file
   * @param expected what it should be, for messages, for instance "a safetensors file"
   */
  public static DataFile open(Path path, String expected) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(Printable.path(path), null, "no such file");
    }
    if (!Files.isRegularFile(path)) {
      String kind = Files.isDirectory(path) ? "a directory" : "not a regular file";
      throw new IOException(Printable.path(path) + ": is " + kind + ", expected " + expected);
    }
    RandomAccessFile file;
    try {
      file = new RandomAccessFile(path.toFile(), "r");
    } catch (UnsupportedOperationException e) {
      throw new IOException(
          Printable.path(path) + ": is in an archive, copy it to the default file system", e);
    } catch (FileNotFoundException e) {
      throw new IOException(Printable.path(path) + ": may not be read, check its permissions", e);
    }
    try {
      return new DataFile(path, file, file.length());
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  /** How many bytes it had when it was opened. */
  public long size() {
    return size;
  }

  /** Whether it can still be read. */
  public boolean isOpen() {
    return copies.scope().isAlive();
  }

  /**
   * Reads {@code length} bytes from an offset into the beginning of {@code target}.
   *
   * @throws UncheckedIOException if they cannot be read, or are no longer there
   * @throws IllegalStateException if the file is closed
   */
  public synchronized void read(long offset, byte[] target, int length) {
    if (!isOpen()) {
      throw new IllegalStateException(path + ": is closed, open it again to read from it");
    }
    try {
      file.seek(offset);
      for (int done = 0; done < length; ) {
        int n = file.read(target, done, length - done);
        if (n < 0) {
          throw new IOException(
              String.format(
                  Locale.ROOT,
                  "%s: was shortened while it was open: it had %d bytes, now it has %d",
                  path,
                  size,
                  file.length()));
        }
        done += n;
      }
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      IOException named =
          message.startsWith(path + ": ")
              ? e
              : new IOException(path + ": cannot be read, " + Printable.line(message), e);
      throw new UncheckedIOException(named.getMessage(), named);
    }
  }

  /** A stream of {@code length} bytes from an offset, which fails as {@link #read} does. */
  public InputStream stream(long offset, long length) {
    return new InputStream() {
      private long done;

      @Override
      public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] target, int begin, int most) {
        int n = (int) Math.min(most, length - done);
        if (n == 0) {
          return most == 0 ? 0 : -1;
        }
        byte[] block = new byte[n];
        DataFile.this.read(offset + done, block, n);
        System.arraycopy(block, 0, target, begin, n);
        done += n;
        return n;
      }
    };
  }

  /** Bytes of the file in memory of its own, read-only, until the file is closed. */
  public synchronized MemorySegment copy(long offset, long length) {
    return copy(offset, length, copies);
  }

  /** Bytes of the file in memory of an arena, read-only, aligned to 64 bytes. */
  public MemorySegment copy(long offset, long length, Arena arena) {
    MemorySegment copy = arena.allocate(length, 64);
    read(offset, copy);
    return copy.asReadOnly();
  }

  /** Fills memory with the bytes from an offset on; fails as the other {@link #read} does. */
  public void read(long offset, MemorySegment target) {
    long length = target.byteSize();
    byte[] block = new byte[(int) Math.min(BLOCK, length)];
    for (long done = 0; done < length; done += block.length) {
      int n = (int) Math.min(block.length, length - done);
      read(offset + done, block, n);
      MemorySegment.copy(MemorySegment.ofArray(block), 0, target, done, n);
    }
  }

  /**
   * Closes the file and frees its copies; again it does nothing.
   *
   * @throws IllegalStateException if native code is reading a copy, and all stays open
   */
  @Override
  public synchronized void close() {
    if (isOpen()) {
      copies.close();
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e); // of a file that was only read: never seen
      } catch (OutOfMemoryError e) {
        // of Java's heap: the JDK closes the file when the collector finds it
      }
    }
  }
}
