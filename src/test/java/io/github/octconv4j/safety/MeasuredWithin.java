package io.github.octconv4j.safety;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctavePlan;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Chooses a plan within a memory limit, in a process of its own, and prints by how many MiB the
 * largest resident memory grew, and what the plan takes. Arguments: {@code layer} or {@code
 * network}, then limit in MiB, size, and channels in and out or the batch.
 */
final class MeasuredWithin {
  private MeasuredWithin() {}

  public static void main(String[] args) throws IOException {
    long limit = Long.parseLong(args[1]) << 20;
    int size = Integer.parseInt(args[2]);
    PlanOptions options = PlanOptions.DEFAULT.tuning(Tuning.MEASURED).memoryLimit(limit);
    if (args[0].equals("layer")) {
      layer(PlanOptions.DEFAULT, 16, 16, 16);
      long before = peak();
      long bytes = layer(options, size, Integer.parseInt(args[3]), Integer.parseInt(args[4]));
      System.out.println("grew " + (peak() - before) + " plan " + (bytes >> 20));
    } else {
      network(PlanOptions.DEFAULT, 64, 1);
      long before = peak();
      long bytes = network(options, size, Integer.parseInt(args[3]));
      System.out.println("grew " + (peak() - before) + " plan " + (bytes >> 20));
    }
  }

  private static long layer(PlanOptions options, int size, int in, int out) {
    boolean octave = in > 1 && out > 1;
    OctaveConv2d spec =
        OctaveConv2d.of(in, out).alpha(octave ? 0.5 : 0).kernel(3).padding(1).build();
    try (Engine engine = Engine.cpu();
        OctaveLayer layer =
            spec.on(engine, OctaveWeights.split(spec, new float[in * out * 9], null), options);
        OctavePlan plan =
            layer.plan(
                OctaveDesc.any(spec.in(), OctaveShape.of(1, size, size, SizeRule.FLOOR)),
                OutputFormat.NCHW)) {
      return plan.bytes() + plan.output().bytes();
    }
  }

  private static long network(PlanOptions options, int size, int batch) {
    Model model = Model.of("oct_resnet26").width(0.25).classes(10).imageSize(size);
    try (Network network = Network.of(model, Parameters.random(1));
        Predictor predictor = network.predictor(batch, options)) {
      return predictor.activationBytes() + network.weightBytes();
    }
  }

  private static long peak() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) >> 10;
      }
    }
    throw new IOException("no VmHWM");
  }
}
