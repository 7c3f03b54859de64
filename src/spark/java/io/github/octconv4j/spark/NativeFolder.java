package io.github.octconv4j.spark;

import io.github.octconv4j.dnn.loader.NativeLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Where an executor unpacks the native library: the user's cache folder, which all executors of a
 * host share, as everywhere. Executors often have a home that is missing, read-only or open to
 * others; then it is a folder of this user's below {@code java.io.tmpdir}, which they share as
 * well, or one of this process alone where somebody else has put something in its place.
 */
final class NativeFolder {
  private static final String PROPERTY = "octconv4j.cache.dir";

  private static boolean prepared; // guarded by the class

  private NativeFolder() {}

  /**
   * Chooses the folder, once, before the library is loaded; what a user has set stays.
   *
   * @throws UncheckedIOException if there is none; the message says what to do
   */
  static synchronized void prepare() {
    if (prepared) {
      return;
    }
    if (System.getProperty(PROPERTY) == null
        && System.getProperty(NativeLibrary.PATH_PROPERTY) == null) {
      Path usual = NativeLibrary.cacheFolder();
      if (!NativeLibrary.canUnpackInto(usual)) {
        Path instead = inTemporaryFolder(Path.of(System.getProperty("java.io.tmpdir")));
        System.setProperty(PROPERTY, instead.toString());
        System.getLogger(NativeFolder.class.getName())
            .log(
                Level.INFO,
                "{0} can''t be used, the native library is unpacked into {1}; -D{2}=<folder> in spark.executor.extraJavaOptions chooses another one",
                usual,
                instead,
                PROPERTY);
      }
    }
    prepared = true;
  }

  /**
   * Returns a folder of this user's, or of this process, which deletes it when it ends.
   *
   * @throws UncheckedIOException if there can be neither
   */
  static Path inTemporaryFolder(Path temporary) {
    Path shared =
        temporary
            .toAbsolutePath()
            .resolve(String.format(Locale.ROOT, "octconv4j-%s", System.getProperty("user.name")));
    return NativeLibrary.canUnpackInto(shared) ? shared : own(temporary);
  }

  private static Path own(Path temporary) {
    try {
      Path own = Files.createTempDirectory(temporary, "octconv4j-").toAbsolutePath();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> LocalModel.delete(own)));
      return own;
    } catch (IOException e) {
      throw new UncheckedIOException(
          String.format(
              Locale.ROOT,
              "no folder to unpack the native library into: java.io.tmpdir is %s, where none can be made (%s); give one with -D%s=<folder> in spark.executor.extraJavaOptions",
              temporary,
              e,
              PROPERTY),
          e);
    }
  }
}
