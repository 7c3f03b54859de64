package io.github.octconv4j.dnn.loader;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A file that is being written beside the one that it will replace. It is locked meanwhile, and the
 * system takes the lock away when its process ends, however it ends: what is not locked was left by
 * a process that was killed.
 *
 * <p>Within a process, one thread at a time: locks are the process', and POSIX takes them away as
 * soon as anything that is open on the file is closed, so that all of it stays open to the end. An
 * interrupt of the thread changes nothing: the content goes through streams, which have none, and
 * the channel, which it would close, is only for the lock.
 */
final class PartFile implements AutoCloseable {
  private static final String SUFFIX = ".part";
  private static final long LOCKED = Long.MAX_VALUE - 1; // beyond the content, which others read
  private static final int ATTEMPTS = 100;

  private final Path path;
  private final Deque<Closeable> opened = new ArrayDeque<>();

  private PartFile(Path path, FileChannel locked) {
    this.path = path;
    opened.push(locked);
  }

  /** Makes an empty file of mode 600. */
  static PartFile create(Path folder, String name) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      Path path = Files.createTempFile(folder, name, SUFFIX);
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (isLocked(channel) && Files.exists(path)) { // or else somebody cleans up here just now
        return new PartFile(path, channel);
      }
      channel.close();
    }
    throw new IOException("files made in " + folder + " are gone at once");
  }

  /** Whether this process has the lock now; so it is taken to be where a file system has none. */
  private static boolean isLocked(FileChannel channel) {
    try {
      return channel.tryLock(LOCKED, 1, false) != null;
    } catch (IOException e) {
      return true;
    }
  }

  /** Deletes what processes left that were killed while they wrote. */
  static void deleteAbandoned(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          deleteIfAbandoned(file);
        }
      }
    }
  }

  private static void deleteIfAbandoned(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (channel.tryLock(LOCKED, 1, false) != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // Gone, in use, or on a file system without locks: it may stay, nobody loads it.
    }
  }

  /** Writes the content. */
  void write(InputStream in) throws IOException {
    OutputStream out = Files.newOutputStream(path, StandardOpenOption.WRITE);
    opened.push(out);
    in.transferTo(out);
  }

  /** The SHA-256 of what was written, read back. */
  String sha256() throws IOException {
    InputStream in = Files.newInputStream(path);
    opened.push(in);
    return NativeFile.sha256(in);
  }

  /** Puts the file in the place of another one. */
  void moveTo(Path target) throws IOException {
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Deletes the file unless it was moved. */
  @Override
  public void close() throws IOException {
    try {
      Files.deleteIfExists(path);
    } finally {
      close(opened);
    }
  }

  private static void close(Deque<Closeable> opened) throws IOException {
    if (!opened.isEmpty()) {
      try (Closeable _ = opened.pop()) {
        close(opened);
      }
    }
  }
}
