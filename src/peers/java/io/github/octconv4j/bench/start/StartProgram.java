package io.github.octconv4j.bench.start;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A program that is started again and again.
 *
 * @param name for the table
 * @param main its class
 * @param classPath of jars
 * @param options of the JVM beside those that all have
 * @param arguments of the program
 * @param output the file into which it writes its result
 * @param cache where its AOT cache lies; null where it has none
 */
record StartProgram(
    String name,
    Class<?> main,
    ClassPath classPath,
    List<String> options,
    List<String> arguments,
    Path output,
    @Nullable Path cache) {
  /**
   * How long a start took.
   *
   * @param millis of wall time
   * @param cpuMillis of all processors
   */
  record Time(double millis, double cpuMillis) {}

  /** Runs it once for its AOT cache, where it has one. */
  void prepare() throws IOException, InterruptedException {
    if (cache != null) {
      // The JVM that writes it says which options it was given.
      run(List.of("-XX:AOTCacheOutput=" + cache), ProcessBuilder.Redirect.DISCARD);
    }
  }

  /** Starts it in a JVM of its own and waits for its end. */
  Time start() throws IOException, InterruptedException {
    return run(
        cache == null ? List.of() : List.of("-XX:AOTCache=" + cache),
        ProcessBuilder.Redirect.INHERIT);
  }

  private Time run(List<String> more, ProcessBuilder.Redirect messages)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx1g"));
    command.addAll(options);
    command.addAll(more);
    command.add(main.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    // ONNX Runtime copes with no long command line while it reports to its maker.
    builder.environment().put("CLASSPATH", classPath.toString());
    builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
    Process process = builder.redirectError(messages).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(
          String.format(Locale.ROOT, "%s ended with exit code %d", name, process.exitValue()));
    }
    String line = out.lines().findFirst().orElse("");
    String[] numbers = line.split(" ", -1);
    return new Time(Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]));
  }
}
