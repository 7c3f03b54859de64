package io.github.octconv4j.spark;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Files of this machine as an object store has them: its folders are as old as the look at them.
 * For {@code octest:} where {@value #SETTING} names this class.
 */
public final class ObjectStore extends RawLocalFileSystem {
  static final String SETTING = "fs.octest.impl";

  /** How often something was looked up. */
  static final AtomicInteger LOOKUPS = new AtomicInteger();

  /** What happens at each look. */
  static volatile Incident incident = () -> {};

  private static final AtomicLong TIME = new AtomicLong(1_700_000_000_000L);

  @FunctionalInterface
  interface Incident {
    void happens() throws IOException;
  }

  /** Hadoop makes one. */
  public ObjectStore() {}

  static Configuration configuration() {
    Configuration configuration = new Configuration();
    configuration.set(SETTING, ObjectStore.class.getName());
    return configuration;
  }

  static String path(java.nio.file.Path file) {
    return "octest://" + file.toAbsolutePath();
  }

  /** The path as Hadoop writes it. */
  static String name(java.nio.file.Path file) {
    return new Path(path(file)).toString();
  }

  @Override
  public URI getUri() {
    return URI.create("octest:///");
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    LOOKUPS.incrementAndGet();
    incident.happens();
    FileStatus status = super.getFileStatus(path);
    boolean folder = status.isDirectory();
    long time = folder ? TIME.incrementAndGet() : status.getModificationTime();
    return new FileStatus(status.getLen(), folder, 1, 1 << 20, time, status.getPath());
  }
}
