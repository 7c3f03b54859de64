package io.github.octconv4j;

import io.github.octconv4j.dnn.loader.NativeLibrary;
import io.github.octconv4j.dnn.loader.Platform;
import io.github.octconv4j.safety.Soak;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Runs a main class of the tests in a JVM of its own, on the class path: what the very first call
 * of a process does, or one that must fail, can be seen nowhere else.
 */
public final class ChildJvm {
  private final Class<?> main;
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> libraries = new ArrayList<>();
  private long addressSpace; // in KiB, 0 for no limit
  private final List<String> prefix = new ArrayList<>();
  private Path copies;
  private boolean natives = true;
  private boolean nativeAccess = true;
  private boolean optimized;

  private ChildJvm(Class<?> main) {
    this.main = main;
  }

  /**
   * How a child ended.
   *
   * @param exit its exit code
   * @param output what it wrote to both streams
   */
  public record Result(int exit, String output) {}

  /** Begins a child that has the native library on its class path and may call native code. */
  public static ChildJvm of(Class<?> main) {
    return new ChildJvm(main);
  }

  /** Adds an option of the java command. */
  public ChildJvm option(String option) {
    options.add(option);
    return this;
  }

  /**
   * Lets the child use the JVM's optimizing compiler, which others do without: most end before it
   * pays. For what runs long in Java, or expects what only optimized code does.
   */
  public ChildJvm optimized() {
    optimized = true;
    return this;
  }

  /** Sets a variable of the child's environment. */
  public ChildJvm environment(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Sets a command that starts the java command, for instance as another user. */
  public ChildJvm under(List<String> command) {
    prefix.addAll(command);
    return this;
  }

  /** Copies the class path's folders into another one, where other users can read them. */
  public ChildJvm copiedTo(Path folder) {
    copies = folder;
    return this;
  }

  /** Adds the library of a class to the class path. */
  public ChildJvm library(Class<?> type) {
    URL location = type.getProtectionDomain().getCodeSource().getLocation();
    libraries.add(Path.of(URI.create(location.toString())).toString());
    return this;
  }

  /** Limits the child's address space, where the system's shell can, so that it can't eat all. */
  public ChildJvm addressSpace(long bytes) {
    addressSpace = bytes >> 10;
    return this;
  }

  /** Adds a folder to the class path. */
  public ChildJvm library(Path folder) {
    libraries.add(folder.toString());
    return this;
  }

  /** Leaves the native library out of the class path. */
  public ChildJvm withoutNatives() {
    natives = false;
    return this;
  }

  /** Leaves out {@code --enable-native-access}. */
  public ChildJvm withoutNativeAccess() {
    nativeAccess = false;
    return this;
  }

  /** Starts the child and returns at once. */
  public Process start(String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    if (addressSpace > 0 && Platform.current().classifier().startsWith("linux")) {
      command.addAll(
          List.of("sh", "-c", "ulimit -v $0; exec \"$@\"", String.valueOf(addressSpace)));
    }
    command.add(java().toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m"));
    if (!optimized) {
      command.add("-XX:TieredStopAtLevel=1");
    }
    command.add("--illegal-native-access=deny");
    if (nativeAccess) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    for (String part : List.of("user.language", "user.script", "user.country")) {
      if (System.getProperty(part) != null) {
        command.add("-D" + part + "=" + System.getProperty(part));
      }
    }
    command.addAll(options);
    command.add("-cp");
    List<String> path = new ArrayList<>();
    path.add(readable(classes()).toString());
    path.add(readable(classes(main)).toString());
    path.addAll(libraries);
    if (natives) {
      path.add(readable(natives()).toString());
    }
    command.add(String.join(File.pathSeparator, path));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(new File(System.getProperty("java.io.tmpdir")))
              .redirectErrorStream(true);
      builder.environment().putAll(environment);
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path readable(Path folder) {
    if (copies == null) {
      return folder;
    }
    Path copy = copies.resolve(folder.getFileName());
    try (Stream<Path> files = Files.exists(copy) ? Stream.empty() : Files.walk(folder)) {
      for (Path from : files.toList()) {
        Path to = copy.resolve(folder.relativize(from));
        Files.copy(from, to);
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return copy;
  }

  /** The java command. */
  public static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /** Runs the child to its end. */
  public Result run(String... arguments) {
    return resultOf(start(arguments));
  }

  /**
   * Waits for a started child, which is killed where it hangs: the limit is one for all, for what a
   * busy machine makes slow has not failed.
   */
  public static Result resultOf(Process process) {
    int minutes = Soak.minutes();
    AtomicBoolean late = new AtomicBoolean();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                if (!process.waitFor(minutes, TimeUnit.MINUTES)) {
                  late.set(true);
                  process.destroyForcibly(); // which ends the output
                }
              } catch (InterruptedException e) {
                process.destroyForcibly();
              }
            });
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(1, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException("the child did not end: " + output);
      }
      if (late.get()) {
        throw new IllegalStateException("ended after " + minutes + " minutes: " + output);
      }
      return new Result(process.exitValue(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IllegalStateException(e);
    }
  }

  /** The folder of the library's classes, in whatever way this JVM found them. */
  public static Path classes() {
    return classes(NativeLibrary.class);
  }

  /** The folder that holds the packaged native library as a resource. */
  public static Path natives() {
    String folder = "META-INF/octconv4j/" + Platform.current().classifier();
    URL url = ChildJvm.class.getClassLoader().getResource(folder);
    if (url == null) {
      throw new IllegalStateException("the native library is not on the class path: " + folder);
    }
    return Path.of(URI.create(url.toString())).getParent().getParent().getParent();
  }

  /** The folder of a class and those beside it. */
  public static Path classes(Class<?> type) {
    String file = "/" + type.getName().replace('.', '/') + ".class";
    String url = String.valueOf(type.getResource(file));
    return Path.of(URI.create(url.substring(0, url.length() - file.length() + 1)));
  }
}
