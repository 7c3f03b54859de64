package io.github.octconv4j.spark;

import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** Spark, as the tests start it. */
final class Sessions {
  static final String HOME = System.getProperty("octconv4j.spark.home");
  static final String JARS = System.getProperty("octconv4j.spark.jars");

  private Sessions() {}

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

  /** Two executors of one core in JVMs of their own, which get the library by spark.jars alone. */
  static SparkSession.Builder cluster(Path folder) {
    return session("local-cluster[2,1,1024]", folder)
        .config("spark.jars", JARS)
        .config("spark.executor.cores", 1);
  }
}
