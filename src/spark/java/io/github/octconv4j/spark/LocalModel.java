package io.github.octconv4j.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkFiles;
import org.jspecify.annotations.Nullable;

/**
 * A network's file on this machine.
 *
 * @param file to be loaded
 * @param copy a folder that is deleted in the end, null where the file was there before
 */
record LocalModel(Path file, @Nullable Path copy) implements AutoCloseable {
  /** Brings files into a folder and returns where they begin. */
  @FunctionalInterface
  interface Copier {
    Path copyTo(Path folder) throws IOException;
  }

  static LocalModel inPlace(Path path) throws IOException {
    return new LocalModel(ModelSource.networkIn(path), null);
  }

  /** Copies into a new folder beside the jars that Spark itself has fetched. */
  static LocalModel copied(Copier copier) throws IOException {
    Path root = Path.of(SparkFiles.getRootDirectory()).toAbsolutePath();
    Path folder = Files.createTempDirectory(root, "octconv4j-model-");
    try {
      return new LocalModel(ModelSource.networkIn(copier.copyTo(folder)), folder);
    } catch (IOException | RuntimeException | Error e) {
      delete(folder);
      throw e;
    }
  }

  @Override
  public void close() {
    if (copy != null) {
      delete(copy);
    }
  }

  /** What can't be deleted is left where it is, for what cleans up there. */
  static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> innermostFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : innermostFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.getLogger(LocalModel.class.getName())
          .log(System.Logger.Level.DEBUG, "could not delete " + folder, e);
    }
  }
}
