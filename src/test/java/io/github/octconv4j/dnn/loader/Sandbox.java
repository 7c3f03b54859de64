package io.github.octconv4j.dnn.loader;

import io.github.octconv4j.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Places and users that only root can make. Where this machine does not permit one, the test that
 * asks for it is skipped, with the reason, and counted as such.
 */
final class Sandbox {
  /** A user who is nobody's and has no entry in the list of users. */
  static final int USER = 54321;

  private Sandbox() {}

  /** A file system of its own, gone when it is closed. */
  record Mount(Path folder) implements AutoCloseable {
    void remount(String options) {
      String output = output("mount", "-o", "remount," + options, folder.toString());
      Assumptions.assumeTrue(output.isEmpty(), () -> "a tmpfs can't be mounted again: " + output);
    }

    @Override
    public void close() {
      String output = output("umount", "-l", folder.toString());
      if (!output.isEmpty()) {
        throw new IllegalStateException(output);
      }
    }
  }

  /** Mounts a tmpfs at a new folder. */
  static Mount mount(Path folder, String options) throws IOException {
    Files.createDirectory(folder);
    String output = output("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString());
    Assumptions.assumeTrue(output.isEmpty(), () -> "a tmpfs can't be mounted here: " + output);
    return new Mount(folder);
  }

  /** The beginning of a command that runs as {@link #USER}. */
  static List<String> asUser() {
    List<String> command =
        List.of(
            "setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups", "--inh-caps=-all");
    List<String> java = new ArrayList<>(command);
    java.addAll(List.of(ChildJvm.java().toString(), "-version"));
    String output = output(java.toArray(String[]::new));
    Assumptions.assumeTrue(
        output.contains("Runtime Environment"), () -> "java can't run as another user: " + output);
    return command;
  }

  /** Like {@link #asUser()}, in a user namespace that knows no other user, not even root. */
  static List<String> asUserAlone() {
    List<String> command = new ArrayList<>(asUser());
    command.addAll(List.of("unshare", "--user", "--map-current-user"));
    List<String> test = new ArrayList<>(command);
    test.add("true");
    String output = output(test.toArray(String[]::new));
    Assumptions.assumeTrue(
        output.isEmpty(), () -> "a user namespace can't be made here: " + output);
    return command;
  }

  /** Gives a file or folder to {@link #USER}. */
  static Path giveAway(Path path) throws IOException {
    try {
      Files.setAttribute(path, "unix:uid", USER);
    } catch (IOException e) {
      Assumptions.abort("files can't be given to another user: " + e);
    }
    return path;
  }

  private static String output(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exit = process.waitFor();
      return exit == 0 || !output.isEmpty() ? output : command[0] + " ended with " + exit;
    } catch (IOException e) {
      return e.getMessage(); // there is no such command
    } catch (InterruptedException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }
}
