package io.github.octconv4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of octconv4j, which the build writes into a resource. */
final class Version implements IVersionProvider {

  /** Returns for instance {@code 0.1.0}. */
  static String get() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in == null) {
        throw new IOException("version.properties is missing from the octconv4j jar");
      }
      properties.load(in);
    }
    return properties.getProperty("version");
  }

  @Override
  public String[] getVersion() throws IOException {
    return new String[] {"octconv " + get()};
  }
}
