package io.github.octconv4j.safety;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;

/** What an application in a container does: each time with classes of its own. */
public final class RedeployedApp {
  private RedeployedApp() {}

  /**
   * Runs a layer and a network, on two threads.
   *
   * @param model a network
   * @param pictures that it classifies
   * @param forget whether it leaves open what it opened
   * @return results
   */
  public static float[] run(Path model, Path[] pictures, boolean forget) throws IOException {
    PlanOptions options = PlanOptions.DEFAULT.threads(2).tuning(Tuning.HEURISTIC);
    float[] results = layer(options);
    Network network = Network.load(model);
    Predictor predictor = network.predictor(1, options);
    float[] logits =
        predictor.run(
            new float
                [network.info().channels() * network.info().height() * network.info().width()]);
    for (Path picture : pictures) {
      network.classify(ImageFiles.read(picture));
    }
    if (!forget) {
      predictor.close();
      network.close();
    }
    float[] all = Arrays.copyOf(results, results.length + logits.length);
    System.arraycopy(logits, 0, all, results.length, logits.length);
    return all;
  }

  private static float[] layer(PlanOptions options) {
    OctaveConv2d spec = OctaveConv2d.of(8, 16).kernel(3).padding(1).alpha(0, 0.5).build();
    float[] weights = new float[16 * 8 * 3 * 3];
    float[] image = new float[8 * 16 * 16];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i % 5 - 2;
    }
    for (int i = 0; i < image.length; i++) {
      image[i] = i % 7 - 3;
    }
    try (Engine engine = Engine.cpu();
        OctaveLayer layer = spec.on(engine, OctaveWeights.split(spec, weights, null), options);
        Arena arena = Arena.ofShared()) {
      OctaveTensor x = OctaveTensor.ofHigh(arena, image, 1, 8, 16, 16);
      return layer.apply(x).high().floats();
    }
  }
}
