package io.github.octconv4j.dnn.loader;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Linker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;

/**
 * A folder from which code may be loaded: it and all folders above belong to this user or to root,
 * and nobody else can write to them. Folders above may be sticky, as {@code /tmp} is, and may be
 * writable where others don't get to them. It is the rule of OpenSSH for its keys. On Windows, a
 * user's folders are private by default and nothing is checked.
 */
final class PrivateFolder {
  private static final int ROOT = 0;
  private static final int WRITABLE = 0022; // by the group or others
  private static final int ENTERABLE = 0011;
  private static final int STICKY = 01000;

  private PrivateFolder() {}

  /** Somebody else can change what is in a folder. */
  static final class UntrustedException extends IOException {
    private static final long serialVersionUID = 1L;

    UntrustedException(String message) {
      super(message);
    }
  }

  /**
   * Makes the folder with mode 700 where there is none.
   *
   * @return it without symbolic links, so that nobody can turn one elsewhere later
   * @throws UntrustedException if others can change it
   */
  static Path create(Path folder) throws IOException {
    if (!isUnix(folder)) {
      return Files.createDirectories(folder).toRealPath();
    }
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path real = folder.toRealPath();
    boolean reachable = true;
    for (int names = 0; names <= real.getNameCount(); names++) {
      boolean last = names == real.getNameCount();
      Path path = names == 0 ? real.getRoot() : real.getRoot().resolve(real.subpath(0, names));
      int owner = attribute(path, "uid");
      int mode = attribute(path, "mode");
      boolean trusted = isTrusted(owner) || (!last && isOutside(owner));
      if (!trusted) {
        throw new UntrustedException(
            String.format(
                Locale.ROOT,
                "%s belongs to the user with number %d, who could put other code there",
                path,
                owner));
      }
      boolean open = last || (reachable && (mode & STICKY) == 0);
      if (open && (mode & WRITABLE) != 0) {
        throw new UntrustedException(
            String.format(
                Locale.ROOT,
                "others can write to %s (mode %o) and could put other code there",
                path,
                mode & 07777));
      }
      reachable &= (mode & ENTERABLE) != 0;
    }
    return real;
  }

  /** Whether a path is a regular file, no link, that nobody else can write to. */
  static boolean isOurs(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    return !isUnix(file)
        || (isTrusted(attribute(file, "uid")) && (attribute(file, "mode") & WRITABLE) == 0);
  }

  private static boolean isUnix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix");
  }

  private static int attribute(Path path, String name) throws IOException {
    Map<String, Object> values =
        Files.readAttributes(path, "unix:" + name, LinkOption.NOFOLLOW_LINKS);
    return (int) values.get(name);
  }

  private static boolean isTrusted(int owner) {
    return owner == ROOT || owner == user();
  }

  /**
   * Whether the owner is a user whom this process' user namespace does not know, as root often is
   * in a sandbox: all of them have one number there, and nobody inside can be one of them.
   */
  private static boolean isOutside(int owner) throws IOException {
    Path users = Path.of("/proc/self/uid_map");
    Path unknown = Path.of("/proc/sys/kernel/overflowuid");
    if (!Files.isReadable(users) || !Files.isReadable(unknown)) {
      return false;
    }
    String all = "0 0 4294967295";
    String number;
    try (InputStream in = Files.newInputStream(unknown)) {
      number = new String(in.readNBytes(32), StandardCharsets.US_ASCII); // it must be one read
    }
    return owner == Integer.parseInt(number.strip())
        && !Files.readString(users).strip().replaceAll(" +", " ").equals(all);
  }

  /**
   * {@code uid_t geteuid(void)}, which always succeeds. Java knows a user's name only, which need
   * not be there and need not be unique.
   */
  private static int user() {
    return (int) Downcall.call(Linker.nativeLinker().defaultLookup().findOrThrow("geteuid"));
  }
}
