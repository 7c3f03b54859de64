package io.github.octconv4j.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.SparkFiles;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** Where executors take a network from: made by the driver, sent with each task. */
sealed interface ModelSource extends Serializable {
  /** What is equal for sources of the same network: its users share one. */
  Key key();

  /** Brings the network's file, and what it refers to, onto this machine. */
  LocalModel fetch() throws IOException;

  /**
   * Tells networks apart.
   *
   * @param name for messages
   * @param version that another content of the same name does not have
   */
  record Key(String name, String version) implements Serializable {}

  /**
   * A file, or a folder with one, on any Hadoop file system.
   *
   * @param uri with its scheme
   * @param version as the driver saw it
   */
  record Stored(String uri, String version, SerializableConfiguration configuration)
      implements ModelSource {
    /**
     * Looks the path up, on the driver.
     *
     * @throws IllegalArgumentException if there is no such file
     */
    static Stored of(String path, Configuration configuration) {
      try {
        org.apache.hadoop.fs.Path given = new org.apache.hadoop.fs.Path(path);
        FileSystem files = given.getFileSystem(configuration);
        FileStatus status = files.getFileStatus(given);
        return new Stored(
            status.getPath().toString(),
            version(files, status),
            new SerializableConfiguration(configuration));
      } catch (FileNotFoundException e) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "model: there is no file %s; give a path that the driver and all executors can read, or distribute the file with --files and name it in modelFile",
                path),
            e);
      } catch (IOException e) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "model: %s can't be read: %s", path, e.getMessage()), e);
      }
    }

    /**
     * Of a folder, by what is in it: its own time says nothing. Object stores give it the current
     * one, and others keep the old one when a file is written anew.
     */
    private static String version(FileSystem files, FileStatus status) throws IOException {
      if (!status.isDirectory()) {
        return version(status);
      }
      List<String> versions = new ArrayList<>();
      RemoteIterator<LocatedFileStatus> within = files.listFiles(status.getPath(), true);
      while (within.hasNext()) {
        LocatedFileStatus file = within.next();
        versions.add(file.getPath() + ": " + version(file));
      }
      Collections.sort(versions);
      return String.join(", ", versions);
    }

    private static String version(FileStatus file) {
      return file.getLen() + " bytes of " + Instant.ofEpochMilli(file.getModificationTime());
    }

    @Override
    public Key key() {
      return new Key(uri, version);
    }

    @Override
    public LocalModel fetch() throws IOException {
      org.apache.hadoop.fs.Path from = new org.apache.hadoop.fs.Path(uri);
      if ("file".equals(from.toUri().getScheme())) {
        return LocalModel.inPlace(Path.of(from.toUri().getPath()));
      }
      FileSystem files = from.getFileSystem(configuration.value());
      String now = version(files, files.getFileStatus(from));
      if (!now.equals(version)) { // or else rows of one job would come from two networks
        throw new IOException(
            String.format(
                Locale.ROOT,
                "the file was replaced since the job began, it was %s and is %s; give networks names that are not used again",
                version,
                now));
      }
      return LocalModel.copied(
          folder -> {
            Path to = folder.resolve(from.getName());
            files.copyToLocalFile(
                false, from, new org.apache.hadoop.fs.Path(to.toUri()), true); // no checksum files
            return to;
          });
    }
  }

  /**
   * A file, or a folder with one, that {@code spark-submit --files} or {@code SparkContext.addFile}
   * distributes.
   *
   * @param file its name
   */
  record Distributed(String file) implements ModelSource {
    /** With the version of what this executor has now: Spark may fetch another one later. */
    @Override
    public Key key() {
      return new Key(file, version(local()));
    }

    private Path local() {
      return Path.of(SparkFiles.get(file));
    }

    private static String version(Path path) {
      try (Stream<Path> files = Files.walk(path)) {
        List<String> versions = new ArrayList<>();
        for (Path each : files.filter(Files::isRegularFile).sorted().toList()) {
          versions.add(
              path.relativize(each)
                  + ": "
                  + Files.size(each)
                  + " bytes of "
                  + Files.getLastModifiedTime(each));
        }
        return String.join(", ", versions);
      } catch (IOException | UncheckedIOException e) {
        return "unreadable"; // fetch() says why
      }
    }

    @Override
    public LocalModel fetch() throws IOException {
      Path local = local();
      if (!Files.exists(local)) {
        throw new FileNotFoundException(
            "there is no file of this name among those that --files or SparkContext.addFile"
                + " distributes; modelFile takes its name without folders");
      }
      return LocalModel.inPlace(local);
    }
  }

  /**
   * The bytes of a file.
   *
   * @param sha256 of them
   */
  record Bytes(String sha256, Broadcast<byte[]> content) implements ModelSource {
    @Override
    public Key key() {
      return new Key("modelBytes", sha256);
    }

    static String sha256(byte[] content) {
      try {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
      } catch (NoSuchAlgorithmException e) {
        throw new LinkageError("every JDK has SHA-256", e);
      }
    }

    @Override
    public LocalModel fetch() throws IOException {
      return LocalModel.copied(folder -> Files.write(folder.resolve("model"), content.value()));
    }
  }

  /** Returns a file itself, and of a folder the only network in it. */
  static Path networkIn(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return path;
    }
    try (Stream<Path> files = Files.list(path)) {
      List<Path> networks = files.filter(ModelSource::isNetwork).toList();
      if (networks.size() != 1) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s: a folder must have one file *.onnx or *.safetensors, has %d",
                path,
                networks.size()));
      }
      return networks.getFirst();
    }
  }

  private static boolean isNetwork(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith(".onnx") || name.endsWith(".safetensors");
  }
}
