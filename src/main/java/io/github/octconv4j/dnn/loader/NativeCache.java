package io.github.octconv4j.dnn.loader;

import io.github.octconv4j.dnn.spi.NativeFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/**
 * The folder of the user's own into which native files are unpacked: mode 700, one subfolder for
 * each version and hash. Files are verified at each use ({@link Verification}), written to a new
 * file and moved in place. Where anybody else could put a file or a folder of theirs in the way,
 * nothing is used.
 */
final class NativeCache {
  /** System property that overrides the folder. */
  static final String DIRECTORY_PROPERTY = "octconv4j.cache.dir";

  private static final Set<Platform> MACS = EnumSet.of(Platform.OSX_AARCH_64, Platform.OSX_X86_64);
  private static final long NEEDED_BYTES = 100L << 20;

  /** A literal, which the classes of all class loaders of a process have in common. */
  private static final Object PROCESS = "octconv4j unpacks";

  private NativeCache() {}

  /** Unpacks the platform's files where they are not there yet and returns their folder. */
  static Path unpack(Platform platform, List<NativeFile> files) {
    return unpack(platform, files, Surroundings.PROCESS);
  }

  /** Unpacks them in the folder for which certain surroundings ask. */
  static Path unpack(Platform platform, List<NativeFile> files, Surroundings surroundings) {
    String hash = files.getLast().sha256().substring(0, 16);
    Path root = root(Optional.of(platform), surroundings);
    Path folder =
        root.resolve(NativeFile.pinnedVersion() + "-" + platform.classifier() + "-" + hash);
    if (!root.isAbsolute()) {
      throw failure(folder, "this user has no home folder", null);
    }
    try {
      Path real = PrivateFolder.create(folder);
      synchronized (PROCESS) {
        return unpack(platform, files, real);
      }
    } catch (IOException e) {
      throw failure(folder, reason(folder, e), e);
    }
  }

  private static Path unpack(Platform platform, List<NativeFile> files, Path real)
      throws IOException {
    deleteAbandoned(real.getParent());
    for (NativeFile file : files) {
      // Asked even for what is there: a missing dependency shows at once, and everywhere.
      URL url = packaged(platform, file);
      Path target = real.resolve(file.name());
      if (!PrivateFolder.isOurs(target) || !Verification.holds(file, target)) {
        unpack(url, file, target);
      }
    }
    return real;
  }

  /** Whether a folder can be made, is private, and takes a file. */
  static boolean isUsable(Path folder) {
    try (PartFile part = PartFile.create(PrivateFolder.create(folder), "probe")) {
      part.write(InputStream.nullInputStream());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** In the folders of all versions: the next one would never look at those of this one. */
  private static void deleteAbandoned(Path root) {
    try (DirectoryStream<Path> versions =
        Files.newDirectoryStream(
            root, path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))) {
      for (Path version : versions) {
        PartFile.deleteAbandoned(version);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // It takes room and does no harm; the library can be loaded.
    }
  }

  /** What to do where a folder can't be used, for messages. */
  static String elsewhere() {
    String variable =
        Platform.find().filter(p -> p == Platform.WINDOWS_X86_64).isPresent()
            ? "LOCALAPPDATA"
            : "XDG_CACHE_HOME";
    return String.format(
        Locale.ROOT,
        "choose another folder with -D%s=<folder> or the environment variable %s=<folder>",
        DIRECTORY_PROPERTY,
        variable);
  }

  /** Asks the file system too: the system's own messages come in the user's language. */
  private static String reason(Path folder, IOException e) {
    try {
      Path existing = existing(folder);
      if (!Files.isDirectory(existing)) {
        return existing + " is not a folder";
      }
      FileStore store = Files.getFileStore(existing);
      if (store.isReadOnly()) {
        return "its file system is read-only";
      }
      if (e instanceof AccessDeniedException) {
        return String.format(Locale.ROOT, "this user may not write there (%s)", e.getMessage());
      }
      if (store.getTotalSpace() == 0) { // of the system's own, such as proc
        return String.format(
            Locale.ROOT,
            "%s is on a file system of type %s, which has no room for files",
            existing,
            store.type());
      }
      if (!(e instanceof PrivateFolder.UntrustedException)
          && store.getUsableSpace() < NEEDED_BYTES) {
        return String.format(
            Locale.ROOT, "its file system is full, 100 MB are needed (%s)", e.getMessage());
      }
    } catch (IOException unknown) {
      e.addSuppressed(unknown);
    }
    return e instanceof PrivateFolder.UntrustedException ? e.getMessage() : e.toString();
  }

  private static Path existing(Path folder) {
    Path path = folder;
    while (path.getParent() != null && !Files.exists(path)) {
      path = path.getParent();
    }
    return path;
  }

  private static void unpack(URL url, NativeFile file, Path target) throws IOException {
    try (InputStream in = uncached(url);
        PartFile part = PartFile.create(target.getParent(), file.name())) {
      part.write(in);
      if (!part.sha256().equals(file.sha256())) {
        throw new UnsatisfiedLinkError(
            String.format(
                Locale.ROOT,
                "octconv4j: %s in %s is not the file this version was built with (SHA-256 differs from %s); use octconv4j jars of one version, from a source you trust",
                file.name(),
                url,
                file.sha256()));
      }
      part.moveTo(target);
    } catch (FileSystemException e) {
      // Windows: another process has just moved the same file in place, and has it open.
      if (!PrivateFolder.isOurs(target) || !file.matches(target)) {
        throw e;
      }
    }
  }

  /** Leaves no jar open that an application server wants to replace. */
  private static InputStream uncached(URL url) throws IOException {
    URLConnection connection = url.openConnection();
    connection.setUseCaches(false);
    return connection.getInputStream();
  }

  /** Where the jar with this platform's classifier has the file. */
  private static URL packaged(Platform platform, NativeFile file) {
    Set<String> others = new TreeSet<>();
    for (NativeFiles provider :
        ServiceLoader.load(NativeFiles.class, NativeCache.class.getClassLoader())) {
      Optional<URL> url =
          provider.classifier().equals(platform.classifier())
              ? provider.find(file.name())
              : Optional.empty();
      if (url.isPresent()) {
        return url.get();
      }
      others.add(provider.classifier());
    }
    throw new UnsatisfiedLinkError(
        String.format(
            Locale.ROOT,
            "octconv4j: the native library for this platform, %s, is missing: the module or class path offers %s; add the dependency io.github.octconv4j:octconv4j with classifier %s, or set -D%s=<file or folder>",
            platform.classifier(),
            others.isEmpty() ? "none" : String.join(", ", others),
            platform.classifier(),
            NativeLibrary.PATH_PROPERTY));
  }

  /**
   * The folder for all versions; without a platform, the one that is usual on Linux. It is relative
   * only for a user who has no home.
   *
   * @throws UnsatisfiedLinkError if a property or variable gives a path that can't be used
   */
  static Path root(Optional<Platform> platform) {
    return root(platform, Surroundings.PROCESS);
  }

  private static Path root(Optional<Platform> platform, Surroundings surroundings) {
    Optional<Setting> configured = surroundings.property(DIRECTORY_PROPERTY);
    if (configured.isPresent()) {
      return configured.get().absolutePath();
    }
    Platform system = platform.orElse(Platform.LINUX_X86_64);
    boolean windows = system == Platform.WINDOWS_X86_64;
    // By the XDG specification, relative paths are ignored.
    Optional<Path> variable =
        surroundings
            .variable(windows ? "LOCALAPPDATA" : "XDG_CACHE_HOME")
            .map(Setting::path)
            .filter(Path::isAbsolute);
    if (variable.isPresent()) {
      return variable.get().resolve("octconv4j");
    }
    Path home = surroundings.property("user.home").orElseThrow().path();
    if (windows) {
      return home.resolve("octconv4j");
    }
    return MACS.contains(system)
        ? home.resolve("Library").resolve("Caches").resolve("octconv4j")
        : home.resolve(".cache").resolve("octconv4j");
  }

  private static UnsatisfiedLinkError failure(Path folder, String reason, Throwable cause) {
    UnsatisfiedLinkError error =
        new UnsatisfiedLinkError(
            String.format(
                Locale.ROOT,
                "octconv4j: could not unpack the native library into %s: %s; %s",
                folder,
                reason,
                elsewhere()));
    error.initCause(cause);
    return error;
  }
}
