package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.weights.SafetensorsFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole network against the activations that PyTorch computed in double arithmetic. */
class NetSmallTest {
  private static final Path FILE = Path.of("src/test/resources/nets/net_small.safetensors");

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everyStageAgreesWithPyTorch(int threads) throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(FILE);
        Network network = Network.load(FILE);
        Predictor predictor = network.tracingPredictor(2, PlanOptions.DEFAULT.threads(threads))) {
      float[] output = predictor.run(file.tensor("input").toFloats());

      Expected.assertClose("output", output, file);
      for (String stage :
          List.of("first.h", "first.l", "block1.h", "block1.l", "block2.h", "block2.l")) {
        Expected.assertClose("act." + stage, predictor.trace(stage).floats(), file);
      }
      Expected.assertClose("act.last", predictor.trace("last.h").floats(), file);
      Expected.assertClose("act.pool", predictor.trace("pool.h").floats(), file);
    }
  }

  @Test
  void predictorsShareThePlanOfABatchSize() throws Exception {
    try (Network network = Network.load(FILE);
        Predictor first = network.predictor(2, PlanOptions.DEFAULT);
        Predictor second = network.predictor(2, PlanOptions.DEFAULT)) {
      assertThat(first.multiplyAdds()).isEqualTo(second.multiplyAdds()).isPositive();
      assertThat(network.statistics().misses()).isEqualTo(1);
      assertThat(network.statistics().hits()).isEqualTo(1);
      assertThat(network.statistics().runs()).isZero();
      first.run();
      first.run(new float[2 * 3 * 32 * 32]);
      second.run();
      network.run(new float[2 * 3 * 32 * 32]); // a predictor of the network's own
      assertThat(network.statistics().runs()).isEqualTo(4);
      assertThat(network.statistics().hits() + network.statistics().misses()).isEqualTo(3);
    }
  }

  @Test
  void aPredictorOutlivesItsNetwork() throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(FILE)) {
      Network network = Network.load(FILE);
      try (Predictor predictor = network.predictor(2, PlanOptions.DEFAULT)) {
        network.close();
        Expected.assertClose("output", predictor.run(file.tensor("input").toFloats()), file);
      }
    }
  }
}
