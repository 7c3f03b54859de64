package io.github.octconv4j.dnn.loader;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * A pinned file of a platform's native library.
 *
 * @param name file name, for instance {@code libdnnl.so.3}
 * @param sha256 its SHA-256 in lower-case hexadecimal
 */
record NativeFile(String name, String sha256) {

  /** The oneDNN version that the bindings were generated for and the pinned files contain. */
  static String pinnedVersion() {
    return Pins.ALL.getProperty("onednn.version");
  }

  /** The files of a platform in loading order: the OpenMP runtime, where there is one, first. */
  static List<NativeFile> of(Platform platform) {
    Properties pins = Pins.ALL;
    List<NativeFile> files = new ArrayList<>();
    for (String kind : new String[] {"openmp", "library"}) {
      String key = platform.classifier() + "." + kind;
      if (pins.containsKey(key)) {
        files.add(new NativeFile(pins.getProperty(key), pins.getProperty(key + ".sha256")));
      }
    }
    return files;
  }

  /** The OpenMP runtime that a platform's own library folder must have, by its short name. */
  static Optional<String> systemRuntime(Platform platform) {
    return Optional.ofNullable(Pins.ALL.getProperty(platform.classifier() + ".system"));
  }

  /** Whether the file at {@code path} is this one, bit for bit. */
  boolean matches(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    return sha256(path).equals(sha256);
  }

  /** The SHA-256 of a file in lower-case hexadecimal. */
  static String sha256(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return sha256(in);
    }
  }

  /** The SHA-256 of all that is still to be read. */
  static String sha256(InputStream in) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    byte[] block = new byte[1 << 20];
    for (int n = in.read(block); n >= 0; n = in.read(block)) {
      digest.update(block, 0, n);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Read once. */
  private static final class Pins {
    static final Properties ALL = read();

    private static Properties read() {
      Properties pins = new Properties();
      try (InputStream in = NativeFile.class.getResourceAsStream("natives.properties")) {
        if (in == null) {
          throw new IllegalStateException("natives.properties is missing from the octconv4j jar");
        }
        pins.load(in);
      } catch (IOException e) {
        throw new IllegalStateException("natives.properties in the octconv4j jar is unreadable", e);
      }
      return pins;
    }
  }
}
