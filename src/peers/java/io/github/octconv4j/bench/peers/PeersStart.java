package io.github.octconv4j.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Loads one ONNX file in one library, in a JVM of its own, and runs it ten times: how long that
 * takes until the first result, and how much memory the process has at most.
 */
public final class PeersStart {
  private static final int RUNS = 10;
  private static final Path STATUS = Path.of("/proc/self/status");

  private PeersStart() {}

  /**
   * What was measured.
   *
   * @param millis from the file to the first result
   * @param kilobytes the peak of the process's resident memory, that of the JVM included
   */
  record Measured(double millis, long kilobytes) {}

  /** Starts a JVM. */
  static Measured measure(boolean ours, OnnxFile file, int threads)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-Xms16m", // else garbage of the start stays, up to a 64th of the machine
                "-Xmx2g",
                PeersStart.class.getName(),
                Boolean.toString(ours),
                file.path().toString(),
                Integer.toString(threads)));
    for (NamedTensor input : file.inputs()) {
      command.add(input.name());
      StringBuilder dims = new StringBuilder();
      for (long dim : input.dims()) {
        dims.append(dims.isEmpty() ? "" : "x").append(dim);
      }
      command.add(dims.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putIfAbsent("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(process.getInputStream().readAllBytes()).strip();
    if (process.waitFor() != 0 || !out.contains(" ")) {
      throw new IOException(
          String.format(Locale.ROOT, "%s: a run in a process of its own failed", file.path()));
    }
    String[] numbers = out.split(" ", -1);
    return new Measured(Double.parseDouble(numbers[0]), Long.parseLong(numbers[1]));
  }

  /** Prints milliseconds and kilobytes. */
  public static void main(String[] arguments) throws IOException {
    Map<String, long[]> sizes = new LinkedHashMap<>();
    for (int i = 3; i < arguments.length; i += 2) {
      String[] parts = arguments[i + 1].split("x", -1);
      long[] dims = new long[parts.length];
      for (int d = 0; d < dims.length; d++) {
        dims[d] = Long.parseLong(parts[d]);
      }
      sizes.put(arguments[i], dims);
    }
    Path path = Path.of(arguments[1]);
    int threads = Integer.parseInt(arguments[2]);
    List<NamedTensor> inputs = new ArrayList<>();
    sizes.forEach(
        (name, dims) -> {
          long count = 1;
          for (long dim : dims) {
            count *= dim;
          }
          inputs.add(new NamedTensor(name, new float[Math.toIntExact(count)], dims));
        });
    OnnxFile file = new OnnxFile(path, inputs);
    long begin = System.nanoTime();
    try (Contender contender =
        Boolean.parseBoolean(arguments[0])
            ? new GraphContender(file, threads)
            : new OnnxRuntimeContender(path, inputs, threads)) {
      contender.run();
      double millis = (System.nanoTime() - begin) / 1e6;
      for (int i = 1; i < RUNS; i++) {
        contender.run();
      }
      System.out.printf(Locale.ROOT, "%.1f %d%n", millis, peak());
    }
  }

  private static long peak() throws IOException {
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException(STATUS + " has no VmHWM");
  }
}
