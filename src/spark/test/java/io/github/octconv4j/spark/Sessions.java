package io.github.octconv4j.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.spark.sql.SparkSession;

/** Spark, as the tests start it. */
final class Sessions {
  private static final Properties BUILT = built();

  /** As the folder of Spark's distribution, for executors. */
  static final String HOME = BUILT.getProperty("home");

  /** Of the library, its native library for this platform, and this project. */
  static final String JARS = BUILT.getProperty("jars");

  private Sessions() {}

  private static Properties built() {
    Properties properties = new Properties();
    try (InputStream in = Sessions.class.getResourceAsStream("/built.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  private static SparkSession.Builder session(String master, Path folder) {
    return SparkSession.builder()
        .master(master)
        .appName("octconv4j")
        .config("spark.ui.enabled", false)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toString())
        .config("spark.local.dir", folder.toString());
  }

  /** Tasks in this JVM. */
  static SparkSession.Builder local(Path folder) {
    return session("local[2]", folder).config("spark.sql.shuffle.partitions", 2);
  }

  /** Two executors of one core in JVMs of their own. */
  static SparkSession.Builder cluster(Path folder) {
    return cluster(2, folder);
  }

  /** Two executors of one core on the workers of a master that the test has started. */
  static SparkSession.Builder standalone(String master, Path folder) {
    return session(master, folder)
        .config("spark.jars", JARS)
        .config("spark.executor.cores", 1)
        .config("spark.cores.max", 2)
        .config("spark.scheduler.minRegisteredResourcesRatio", 1.0);
  }

  /** Executors of one core in JVMs of their own, which get the library by spark.jars alone. */
  static SparkSession.Builder cluster(int executors, Path folder) {
    return session("local-cluster[" + executors + ",1,1024]", folder)
        .config("spark.jars", JARS)
        .config("spark.executor.cores", 1);
  }
}
