package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.weights.SafetensorsFile;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The trained demo models against PyTorch's logits of the first 500 test images. */
class FashionMnistTest {
  private static final Path EXPECTED =
      Path.of("src/test/resources/io/github/octconv4j/nn/fashion_mnist_500.safetensors");
  private static final int IMAGES = 500;
  private static final int PIXELS = 28 * 28;
  private static final int CLASSES = 10;

  @ParameterizedTest
  @CsvSource({"octave, 1", "octave, 50", "dense, 1", "dense, 50"})
  void logitsAndClassesAreThoseOfPyTorch(String model, int batch) throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(EXPECTED);
        Network network = Network.load(model(model));
        Predictor predictor = network.predictor(batch, PlanOptions.DEFAULT)) {
      float[] expected = file.tensor("logits_" + model).toFloats();
      float[] images = normalised(network.info(), file.tensor("images").toFloats());

      for (int first = 0; first < IMAGES; first += batch) {
        float[] logits =
            predictor.run(Arrays.copyOfRange(images, first * PIXELS, (first + batch) * PIXELS));
        for (int i = 0; i < batch; i++) {
          float[] actual = Arrays.copyOfRange(logits, i * CLASSES, (i + 1) * CLASSES);
          float[] wanted =
              Arrays.copyOfRange(expected, (first + i) * CLASSES, (first + i + 1) * CLASSES);
          assertThat(actual)
              .as("image %d", first + i)
              .usingComparatorWithPrecision(1e-3f)
              .containsExactly(wanted);
          assertThat(best(actual)).as("class of image %d", first + i).isEqualTo(best(wanted));
          assertThat(network.classification(actual).best().index()).isEqualTo(best(wanted));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"octave", "dense"})
  void noStepHasAReferenceImplementation(String model) throws Exception {
    try (Network network = Network.load(model(model));
        Predictor predictor = network.predictor()) {
      assertThat(predictor.steps()).isNotEmpty().noneMatch(StepInfo::reference);
    }
  }

  private static Path model(String name) {
    return Path.of(
        "src/main/resources/io/github/octconv4j/cli/demo/fashion/fashion_mnist_"
            + name
            + ".safetensors");
  }

  private static float[] normalised(NetworkInfo info, float[] bytes) {
    float[] images = new float[bytes.length];
    for (int i = 0; i < images.length; i++) {
      images[i] = (bytes[i] / 255f - info.mean().getFirst()) / info.std().getFirst();
    }
    return images;
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }
}
