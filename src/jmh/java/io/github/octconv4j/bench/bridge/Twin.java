package io.github.octconv4j.bench.bridge;

import io.github.octconv4j.dnn.LibraryInfo;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The C program of {@code native/twin} as a process that runs an exported plan when it is told to.
 * It loads the very library file that this JVM has loaded.
 */
public final class Twin implements AutoCloseable {
  private static final Path SOURCE = Path.of("native", "twin");

  /** Where Maven unpacks oneDNN with its headers. */
  private static final Path UNPACKED = Path.of("target", "dnnl");

  private static final Pattern CHECKED =
      Pattern.compile("(\\d+) of (\\d+) bytes of results differ, (\\d+) primitives, (.*)");

  private final Process process;
  private final BufferedReader answers;
  private final int primitives;

  private Twin(Process process, BufferedReader answers, int primitives) {
    this.process = process;
    this.answers = answers;
    this.primitives = primitives;
  }

  /** Returns what is missing here to build it, empty if nothing is. */
  public static Optional<String> missing() {
    return Stream.of("cc", "gcc").anyMatch(Twin::isOnPath)
        ? Optional.empty()
        : Optional.of("there is no C compiler (cc or gcc) on the PATH");
  }

  private static boolean isOnPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /**
   * Builds the program, with CMake where there is one. The project's root is the current folder.
   *
   * @param folder for what is made
   * @return the program
   * @throws IOException if it can't be built; the message has what the tools said
   */
  public static Path build(Path folder) throws IOException {
    Path dnnl = headers();
    Files.createDirectories(folder);
    if (isOnPath("cmake")) {
      runTool(List.of("cmake", "-S", SOURCE.toString(), "-B", folder.toString(), "-DDNNL=" + dnnl));
      runTool(List.of("cmake", "--build", folder.toString()));
    } else {
      runTool(
          List.of(
              isOnPath("cc") ? "cc" : "gcc",
              "-std=c11",
              "-O3",
              "-o",
              folder.resolve("twin").toString(),
              SOURCE.resolve("twin.c").toString(),
              SOURCE.resolve("system.c").toString(),
              "-I" + dnnl.resolve("include"),
              dnnl.resolve("libdnnl.so.3").toString(),
              dnnl.resolve("libgomp.so.1").toString(),
              "-ldl"));
    }
    return folder.resolve("twin");
  }

  /** The folder of this platform; those of others lie beside it. */
  private static Path unpacked() {
    String system = System.getProperty("os.name").startsWith("Mac") ? "osx" : "linux";
    String processor = System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64";
    return UNPACKED.resolve(system + "-" + processor);
  }

  private static Path headers() throws IOException {
    Path unpacked = unpacked();
    if (!Files.isDirectory(unpacked)) {
      throw new IOException("there is no folder " + unpacked.toAbsolutePath());
    }
    try (Stream<Path> files = Files.walk(unpacked)) {
      return files
          .filter(file -> file.endsWith(Path.of("include", "oneapi", "dnnl", "dnnl.h")))
          .map(file -> file.getParent().getParent().getParent().getParent().toAbsolutePath())
          .findFirst()
          .orElseThrow(
              () ->
                  new IOException(
                      "there are no headers of oneDNN in " + unpacked.toAbsolutePath()));
    }
  }

  private static void runTool(List<String> command) throws IOException {
    Process tool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (exitCode(tool) != 0) {
      throw new IOException(String.join(" ", command) + " failed:\n" + said);
    }
  }

  private static int exitCode(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /**
   * Starts the program with a plan, which it checks first.
   *
   * @param program as {@link #build} returned it
   * @param plan as {@code explain layer --export} writes it
   * @throws IOException if its results are other ones, or it can't run the plan
   */
  public static Twin start(Path program, Path plan) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(program.toString(), plan.toString(), "serve");
    Path library = LibraryInfo.load().path();
    builder.environment().put("LD_LIBRARY_PATH", library.getParent().toString());
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader answers = process.inputReader(StandardCharsets.UTF_8);
    try {
      String line = String.valueOf(answers.readLine());
      Matcher checked = CHECKED.matcher(line);
      if (!checked.matches()) {
        throw new IOException("the twin could not run " + plan + ", exit " + exitCode(process));
      }
      if (!checked.group(1).equals("0") || checked.group(2).equals("0")) {
        throw new IOException(plan + ": C computes something else: " + line);
      }
      if (!Files.isSameFile(Path.of(checked.group(4)), library)) {
        throw new IOException(
            String.format(Locale.ROOT, "the twin loaded %s, Java %s", checked.group(4), library));
      }
      return new Twin(process, answers, Integer.parseInt(checked.group(3)));
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Returns how many primitives a run executes. */
  public int primitives() {
    return primitives;
  }

  /**
   * Runs rounds and returns the nanoseconds of a run for each of them.
   *
   * @param repeats runs that are timed together
   */
  public double[] time(int rounds, int repeats) throws IOException {
    process.outputWriter().write(String.format(Locale.ROOT, "%d %d%n", rounds, repeats));
    process.outputWriter().flush();
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the twin ended, exit " + exitCode(process));
    }
    return Stream.of(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  @Override
  public void close() throws IOException {
    process.outputWriter().close(); // it ends with its input
    exitCode(process);
  }
}
