package io.github.octconv4j.safety;

import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Plans, runs and closes an Oct-ResNet-50 in a JVM of its own and prints what that took, in KiB.
 * The argument is the tuning.
 */
final class NetworkFootprint {
  private NetworkFootprint() {}

  public static void main(String[] args) throws IOException {
    PlanOptions options = PlanOptions.DEFAULT.tuning(Tuning.valueOf(args[0]));
    long needed;
    long open;
    long peak;
    try (Network network = Network.of(Model.of("oct_resnet50"), Parameters.random(1))) {
      try (Predictor predictor = network.predictor(1, options)) {
        predictor.run();
        needed = (network.weightBytes() + predictor.activationBytes()) >> 10;
      }
      open = kilobytes("RssAnon");
      // What is mapped from files can be dropped, and is there once for all processes.
      peak = kilobytes("VmHWM") - kilobytes("RssFile");
    }
    System.out.printf(
        Locale.ROOT,
        "needed %d peak %d open %d closed %d%n",
        needed,
        peak,
        open,
        kilobytes("RssAnon"));
  }

  private static long kilobytes(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no " + name);
  }
}
