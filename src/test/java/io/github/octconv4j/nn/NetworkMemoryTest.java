package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** Weights that would not fit are not even read. */
  @Test
  void aNetworkKeepsItsLimit() {
    Model model = Model.of("oct_mobilenet_v1").width(0.25).classes(10).imageSize(64);
    AtomicInteger reads = new AtomicInteger();
    Parameters parameters = counted(Parameters.random(3), reads);
    try (Network network = Network.of(model, parameters)) {
      long bytes = 4 * network.graph().parameterCount();
      long little = bytes * 3 / 4; // batch norms, which are folded, are less than the rest
      assertThatThrownBy(() -> network.predictor(1, PLAIN.memoryLimit(little)))
          .isInstanceOf(DnnException.class)
          .hasMessageMatching("(?s).*weights of \\d+ parameters.*")
          .hasMessageContaining(String.format(Locale.ROOT, "memoryLimit is %d", little))
          .extracting(e -> ((DnnException) e).status())
          .isEqualTo(Status.OUT_OF_MEMORY);
      assertThat(reads).hasValue(0);
      assertThat(network.statistics().size()).isZero();
      assertThat(network.weightBytes()).isZero();

      try (Predictor predictor = network.predictor(1, PLAIN)) {
        assertThat(predictor.output().desc().dim(0)).isEqualTo(1);
      }
      // The weights stand: the next plan shares them and takes little.
      network.predictor(2, PLAIN.memoryLimit(bytes - 1)).close();
    }
  }

  /** Images or batches that are too large are refused by the layer that would be. */
  @ParameterizedTest
  @CsvSource({"oct_resnet50, 8192, 64", "resnet50, 64, 1000000", "oct_mobilenet_v2, 8192, 1000"})
  void absurdSizesAreRefusedAtOnce(String name, int size, int batch) {
    Model model = Model.of(name).width(0.125).classes(10).imageSize(size);
    for (Tuning tuning : Tuning.values()) {
      try (Network network = Network.of(model, Parameters.random(3))) {
        assertThatThrownBy(() -> network.predictor(batch, PlanOptions.DEFAULT.tuning(tuning)))
            .isInstanceOf(DnnException.class)
            .hasMessageContaining("the program would take")
            .hasMessageContaining("memoryLimit is 17179869184");
        assertThat(network.statistics().size()).isZero();
      }
    }
  }

  /**
   * Threads share the images of a large batch, however it divides; each layer stays a few steps.
   */
  @ParameterizedTest
  @CsvSource({"51, 4", "50, 3", "9, 2", "200, 7"})
  void stepsDoNotGrowWithTheBatch(int batch, int threads) {
    Model model = Model.of("oct_resnet50").width(0.125).classes(10).imageSize(64);
    try (Network network = Network.of(model, Parameters.random(3));
        Predictor one = network.predictor(1, PLAIN);
        Predictor many = network.predictor(batch, PLAIN.threads(threads))) {
      int each = one.steps().size() + 5; // what one thread does without
      int parts = batch > 32 ? threads : batch; // small batches may go image by image
      assertThat(many.steps().size()).isLessThanOrEqualTo(parts * each);
      float[] images = new float[batch * 3 * 64 * 64];
      for (int i = 0; i < images.length; i++) {
        images[i] = (float) Math.sin(0.01 * i);
      }
      float[] all = many.run(images);
      for (int image : new int[] {0, batch / 2, batch - 1}) {
        int from = image * 3 * 64 * 64;
        float[] alone = one.run(Arrays.copyOfRange(images, from, from + 3 * 64 * 64));
        for (int c = 0; c < 10; c++) {
          assertThat(all[10 * image + c]).isCloseTo(alone[c], within(1e-4f));
        }
      }
    }
  }

  private static Parameters counted(Parameters parameters, AtomicInteger reads) {
    return new Parameters() {
      @Override
      public float[] values(Parameter parameter) {
        reads.incrementAndGet();
        return parameters.values(parameter);
      }

      @Override
      public void check(List<Parameter> list) {
        parameters.check(list);
      }
    };
  }
}
