package io.github.octconv4j.dnn.loader;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Whether a file that was unpacked is still the pinned one. Its SHA-256 takes a fifth of a second,
 * so that it is remembered beside the file with what the system says of that: size, inode, and the
 * times of its last changes, of which the second ({@code ctime}) is the system's own and can't be
 * set. As long as all are the same nobody has written to the file. With the system property {@value
 * #PROPERTY} set to {@code true} nothing is taken as known, nor where the system knows no inodes.
 */
final class Verification {
  /** System property that asks for the full check at each load. */
  static final String PROPERTY = "octconv4j.verify";

  private static final int MOST_CHARACTERS = 1000;

  /** What was changed less than this before may be changed again with the same time. */
  private static final long RACY_MILLIS = 3_000;

  private Verification() {}

  /** Whether the file at {@code path}, in a folder of this user's own, is the pinned one. */
  static boolean holds(NativeFile file, Path path) throws IOException {
    return holds(file, path, RACY_MILLIS);
  }

  /**
   * As above.
   *
   * @param settledMillis how long ago the last change of a file must be for it to be remembered
   */
  static boolean holds(NativeFile file, Path path, long settledMillis) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return file.matches(path);
    }
    String state = state(file, path);
    if (!Boolean.getBoolean(PROPERTY) && state.equals(remembered(path))) {
      return true;
    }
    if (!file.matches(path)) {
      return false;
    }
    if (sinceChange(path) > settledMillis && state.equals(state(file, path))) {
      remember(path, state);
    }
    return true;
  }

  /** The pinned hash, and what changes when somebody writes to the file or puts another there. */
  private static String state(NativeFile file, Path path) throws IOException {
    Map<String, Object> values =
        Files.readAttributes(
            path, "unix:size,dev,ino,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
    // No format, which takes long in a start.
    return file.sha256()
        + " size "
        + values.get("size")
        + " device "
        + values.get("dev")
        + " inode "
        + values.get("ino")
        + " modified "
        + nanos(values.get("lastModifiedTime"))
        + " changed "
        + nanos(values.get("ctime"))
        + System.lineSeparator();
  }

  private static long nanos(Object time) {
    return ((FileTime) time).to(TimeUnit.NANOSECONDS);
  }

  private static long sinceChange(Path path) throws IOException {
    FileTime changed = (FileTime) Files.getAttribute(path, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
    return System.currentTimeMillis() - changed.toMillis();
  }

  private static Path memory(Path path) {
    return path.resolveSibling(path.getFileName() + ".verified");
  }

  /** What was true when the file was verified last; empty where nothing is known. */
  private static String remembered(Path path) {
    Path memory = memory(path);
    try {
      return PrivateFolder.isOurs(memory) && Files.size(memory) < MOST_CHARACTERS
          ? Files.readString(memory)
          : "";
    } catch (IOException e) { // also where it is no text
      return "";
    }
  }

  private static void remember(Path path, String state) {
    byte[] bytes = state.getBytes(StandardCharsets.UTF_8);
    try (PartFile part =
        PartFile.create(path.getParent(), String.valueOf(memory(path).getFileName()))) {
      part.write(new ByteArrayInputStream(bytes));
      part.moveTo(memory(path));
    } catch (IOException e) {
      // a file system that is full or read-only: the next load takes the fifth of a second again
    }
  }
}
