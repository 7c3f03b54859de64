package io.github.octconv4j.dnn.loader;

import io.github.octconv4j.dnn.spi.NativeFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/**
 * The folder of the user's own into which native files are unpacked: mode 700, one subfolder for
 * each version and hash. Files are verified at each use, written to a new file and moved in place.
 */
final class NativeCache {
  /** System property that overrides the folder. */
  static final String DIRECTORY_PROPERTY = "octconv4j.cache.dir";

  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private static final Set<Platform> MACS = EnumSet.of(Platform.OSX_AARCH_64, Platform.OSX_X86_64);

  private NativeCache() {}

  /** Unpacks the platform's files where they are not there yet and returns their folder. */
  static Path unpack(Platform platform, List<NativeFile> files) {
    String hash = files.getLast().sha256().substring(0, 16);
    Path folder =
        root(Optional.of(platform))
            .resolve(NativeFile.pinnedVersion() + "-" + platform.classifier() + "-" + hash);
    try {
      createPrivateFolder(folder);
      for (NativeFile file : files) {
        // Asked even for what is there: a missing dependency shows at once, and everywhere.
        URL url = packaged(platform, file);
        Path target = folder.resolve(file.name());
        if (!file.matches(target)) {
          unpack(url, file, target);
        }
      }
    } catch (IOException e) {
      throw failure(
          "octconv4j: could not unpack the native library into %s (%s); make it writable and let it have 100 MB free, or choose another folder with -D%s=<folder>"
              .formatted(folder, e, DIRECTORY_PROPERTY),
          e);
    }
    return folder;
  }

  private static void unpack(URL url, NativeFile file, Path target) throws IOException {
    Path part = Files.createTempFile(target.getParent(), file.name(), ".part");
    try {
      try (InputStream in = url.openStream()) {
        Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      }
      if (!file.matches(part)) {
        throw new UnsatisfiedLinkError(
            "octconv4j: %s in %s is not the file this version was built with (SHA-256 differs from %s); use octconv4j jars of one version, from a source you trust"
                .formatted(file.name(), url, file.sha256()));
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
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
        "octconv4j: the native library for this platform, %s, is missing: the module or class path offers %s; add the dependency io.github.octconv4j:octconv4j with classifier %s, or set -D%s=<file or folder>"
            .formatted(
                platform.classifier(),
                others.isEmpty() ? "none" : String.join(", ", others),
                platform.classifier(),
                NativeLibrary.PATH_PROPERTY));
  }

  /** The folder for all versions; without a platform, the one that is usual on Linux. */
  static Path root(Optional<Platform> platform) {
    String configured = System.getProperty(DIRECTORY_PROPERTY);
    if (configured != null) {
      return Path.of(configured);
    }
    String home = System.getProperty("user.home");
    if (platform.filter(p -> p == Platform.WINDOWS_X86_64).isPresent()) {
      String local = System.getenv("LOCALAPPDATA");
      return Path.of(local != null ? local : home, "octconv4j");
    }
    if (platform.filter(MACS::contains).isPresent()) {
      return Path.of(home, "Library", "Caches", "octconv4j");
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    return xdg != null && !xdg.isEmpty()
        ? Path.of(xdg, "octconv4j")
        : Path.of(home, ".cache", "octconv4j");
  }

  private static void createPrivateFolder(Path folder) throws IOException {
    if (!POSIX) {
      Files.createDirectories(folder);
      return;
    }
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Set<PosixFilePermission> permissions =
        Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException("others can write to it, so its files can't be trusted");
    }
  }

  private static UnsatisfiedLinkError failure(String message, Throwable cause) {
    UnsatisfiedLinkError error = new UnsatisfiedLinkError(message);
    error.initCause(cause);
    return error;
  }
}
