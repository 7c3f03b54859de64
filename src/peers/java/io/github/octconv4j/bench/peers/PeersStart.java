package io.github.octconv4j.bench.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

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

  /**
   * Starts a JVM.
   *
   * @param outputs the dimensions of the outputs by name, which the file may leave open
   */
  static Measured measure(boolean ours, OnnxFile file, Map<String, long[]> outputs, int threads)
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
    file.inputs().forEach(input -> add(command, "in", input.name(), input.dims()));
    outputs.forEach((name, dims) -> add(command, "out", name, dims));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putIfAbsent("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0 || !out.contains(" ")) {
      throw new IOException(
          String.format(Locale.ROOT, "%s: a run in a process of its own failed", file.path()));
    }
    String[] numbers = out.split(" ", -1);
    return new Measured(Double.parseDouble(numbers[0]), Long.parseLong(numbers[1]));
  }

  private static void add(List<String> command, String kind, String name, long[] dims) {
    command.addAll(
        List.of(
            kind,
            name,
            Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining("x"))));
  }

  /** Prints milliseconds and kilobytes. */
  public static void main(String[] arguments) throws IOException {
    Path path = Path.of(arguments[1]);
    int threads = Integer.parseInt(arguments[2]);
    List<NamedTensor> inputs = new ArrayList<>();
    Map<String, long[]> outputs = new LinkedHashMap<>();
    for (int i = 3; i < arguments.length; i += 3) {
      long[] dims =
          Arrays.stream(arguments[i + 2].split("x", -1)).mapToLong(Long::parseLong).toArray();
      if (arguments[i].equals("in")) {
        int count = Math.toIntExact(Arrays.stream(dims).reduce(1, Math::multiplyExact));
        inputs.add(new NamedTensor(arguments[i + 1], new float[count], dims));
      } else {
        outputs.put(arguments[i + 1], dims);
      }
    }
    OnnxFile file = new OnnxFile(path, inputs);
    long begin = System.nanoTime();
    try (Contender contender =
        Boolean.parseBoolean(arguments[0])
            ? new GraphContender(file, threads)
            : new OnnxRuntimeContender(path, inputs, outputs, threads)) {
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
