package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Activations share memory, plans share weights. Widths are cut down: sizes scale alike. */
class NetworkMemoryTest {
  private static final PlanOptions PLAIN = PlanOptions.DEFAULT.tuning(Tuning.OFF);

  @ParameterizedTest
  @CsvSource({
    "resnet50, 0, 1", "resnet50, 0.25, 1", "resnet50, 0.5, 2", "resnext50_32x4d, 0.25, 1",
    "se_resnet50, 0.5, 1", "mobilenet_v1, 0.5, 1", "mobilenet_v2, 0.5, 1", "mobilenet_v2, 0, 1"
  })
  void thePeakIsCloseToTheLargestLiveSet(String name, double alpha, int batch) {
    Model model = Model.of(name).alpha(alpha).width(0.125).classes(10);
    try (Network network = Network.of(model, Parameters.random(3));
        Predictor predictor = network.predictor(batch, PLAIN)) {
      assertThat(predictor.largestLiveBytes()).isPositive();
      assertThat(predictor.activationBytes())
          .isBetween(predictor.largestLiveBytes(), Math.round(1.1 * predictor.largestLiveBytes()));
    }
  }

  @Test
  void octaveNeedsLessThanDense() {
    Model model = Model.of("resnet50").width(0.25).classes(10);
    try (Network dense = Network.of(model, Parameters.random(3));
        Network octave = Network.of(model.alpha(0.5), Parameters.random(3));
        Predictor densePredictor = dense.predictor(1, PLAIN);
        Predictor octavePredictor = octave.predictor(1, PLAIN)) {
      assertThat(octavePredictor.activationBytes()).isLessThan(densePredictor.activationBytes());
    }
  }

  @Test
  void plansShareWeights() {
    Model model = Model.of("oct_mobilenet_v1").width(0.25).classes(10).imageSize(64);
    try (Network network = Network.of(model, Parameters.random(3));
        Predictor first = network.predictor(1, PLAIN)) {
      long once = network.weightBytes();
      assertThat(once).isGreaterThan(4 * network.graph().parameterCount() * 9 / 10);
      try (Predictor other = network.tracingPredictor(1, PLAIN)) {
        assertThat(network.statistics().misses()).isEqualTo(2);
        assertThat(network.weightBytes()).isEqualTo(once);
        assertThat(other.multiplyAdds()).isEqualTo(first.multiplyAdds());
      }
    }
  }
}
