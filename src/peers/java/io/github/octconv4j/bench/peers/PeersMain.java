package io.github.octconv4j.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Starts {@link PeersCommand} in a JVM whose environment suits the other libraries: what they read
 * from it they read when they are loaded.
 */
public final class PeersMain {
  private PeersMain() {}

  /** Runs the command with the same arguments and ends with its exit code. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", // JavaCPP uses it
                "-XX:+UseSerialGC",
                "-Xmx3g",
                "-Dai.djl.offline=true",
                "-DDJL_CACHE_DIR=target/djl",
                "-Dorg.bytedeco.javacpp.cachedir=target/javacpp",
                PeersCommand.class.getName()));
    command.addAll(List.of(arguments));
    Path messages = Files.createTempFile("octconv4j-peers", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).inheritIO().redirectError(messages.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                // ONNX Runtime copes with no long command line while it reports to its maker.
                "CLASSPATH",
                System.getProperty("java.class.path"),
                OnnxRuntimeContender.NO_TELEMETRY,
                "1",
                // DJL reports as well.
                "OPT_OUT_TRACKING",
                "true"));
    Process process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    int code = process.waitFor();
    try (Stream<String> lines = Files.lines(messages)) {
      // PyTorch says at each call that it has no NNPACK for this processor.
      lines.filter(line -> code != 0 && !line.contains("NNPACK")).forEach(System.err::println);
    }
    Files.delete(messages);
    System.exit(code);
  }
}
