package io.github.octconv4j.dnn.loader;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * The platforms that have a native library, named by the classifiers of os-maven-plugin. The only
 * place that reads the operating system, the processor architecture and the C library.
 */
public enum Platform {
  /** Linux with glibc on x86-64. */
  LINUX_X86_64("linux-x86_64"),
  /** Linux with glibc on 64-bit Arm. */
  LINUX_AARCH_64("linux-aarch_64"),
  /** macOS on Apple silicon. */
  OSX_AARCH_64("osx-aarch_64"),
  /** macOS on x86-64. */
  OSX_X86_64("osx-x86_64"),
  /** Windows on x86-64. */
  WINDOWS_X86_64("windows-x86_64");

  private final String classifier;

  Platform(String classifier) {
    this.classifier = classifier;
  }

  /** Returns the classifier, for instance {@code linux-x86_64}. */
  public String classifier() {
    return classifier;
  }

  /**
   * Returns the platform that this JVM runs on.
   *
   * @throws UnsatisfiedLinkError if there is no native library for it
   */
  public static Platform current() {
    return of(
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Musl.isUsedBy(Path.of("/proc/self")));
  }

  /** Returns the platform that this JVM runs on; empty if there is no native library for it. */
  public static Optional<Platform> find() {
    try {
      return Optional.of(current());
    } catch (UnsatisfiedLinkError e) {
      return Optional.empty();
    }
  }

  /** Returns whether the processor is a 64-bit Arm, whatever the system and its C library. */
  public static boolean isArm() {
    return arch(System.getProperty("os.arch")).equals("aarch_64");
  }

  /**
   * Maps the values of {@code os.name} and {@code os.arch} to a platform.
   *
   * @param musl whether the C library is musl
   * @throws UnsatisfiedLinkError if there is no native library for it
   */
  public static Platform of(String osName, String osArch, boolean musl) {
    if (musl) {
      throw new UnsatisfiedLinkError(
          "octconv4j: this Linux uses the C library musl, the native library needs glibc 2.34 or"
              + " later;"
              + String.format(
                  Locale.ROOT,
                  " use an image based on glibc (Debian 12, Ubuntu 22.04, RHEL 9 or later), or with a oneDNN library of your own set -D%s=<file or folder>",
                  NativeLibrary.PATH_PROPERTY));
    }
    String classifier = os(osName) + "-" + arch(osArch);
    for (Platform platform : values()) {
      if (platform.classifier.equals(classifier)) {
        return platform;
      }
    }
    throw new UnsatisfiedLinkError(
        String.format(
            Locale.ROOT,
            "octconv4j: unsupported platform os.name=%s, os.arch=%s; supported are %s; with a oneDNN library of your own set -D%s=<file or folder>",
            osName,
            osArch,
            classifiers(),
            NativeLibrary.PATH_PROPERTY));
  }

  private static String os(String osName) {
    String name = osName.toLowerCase(Locale.ROOT);
    if (name.startsWith("linux")) {
      return "linux";
    }
    if (name.startsWith("mac") || name.startsWith("osx") || name.startsWith("darwin")) {
      return "osx";
    }
    return name.startsWith("windows") ? "windows" : name;
  }

  private static String arch(String osArch) {
    return switch (osArch.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64", "x86-64", "x64" -> "x86_64";
      case "aarch64", "arm64", "aarch_64" -> "aarch_64";
      default -> osArch;
    };
  }

  private static String classifiers() {
    StringBuilder names = new StringBuilder();
    for (Platform platform : values()) {
      names.append(names.isEmpty() ? "" : ", ").append(platform.classifier);
    }
    return names.toString();
  }
}
