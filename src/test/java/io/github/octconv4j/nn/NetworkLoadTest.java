package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.image.Image;
import io.github.octconv4j.image.Interpolation;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.weights.SafetensorsFile;
import io.github.octconv4j.weights.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ways to get weights into a network, and pictures through it. */
class NetworkLoadTest {
  private static final Path MODELS = Path.of("src/test/resources/io/github/octconv4j/nn/models");
  private static final Path DENSE = MODELS.resolve("resnet50.safetensors");
  private static final Path OCTAVE = MODELS.resolve("oct_resnet50_a50.safetensors");
  private static final PlanOptions PLAIN = PlanOptions.DEFAULT.tuning(Tuning.OFF);

  /** The architecture of the file DENSE, cut down as that is. */
  private static Model model() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(DENSE)) {
      return Model.of("resnet50")
          .width(Double.parseDouble(file.metadata().get("width")))
          .classes(Integer.parseInt(file.metadata().get("classes")))
          .imageSize(Integer.parseInt(file.metadata().get("image_size")));
    }
  }

  @Test
  void anArchitectureCanBeSaid() throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(DENSE);
        Network byMetadata = Network.load(DENSE);
        Network said = Network.load(DENSE, model());
        Predictor first = byMetadata.predictor(1, PLAIN);
        Predictor second = said.predictor(1, PLAIN)) {
      float[] input = file.tensor("input").toFloats();
      assertThat(second.run(input)).containsExactly(first.run(input));
    }
  }

  @Test
  void aDenseCheckpointIsCut() throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(DENSE);
        Network network = Network.loadSliced(DENSE, model().alpha(0.5));
        Predictor predictor = network.predictor(1, PLAIN)) {
      Parameters sliced = Parameters.sliced(file);
      Parameter kernel =
          network.graph().parameters().stream()
              .filter(p -> p.name().equals("layer2.0.conv2.conv.conv_h2l.weight"))
              .findFirst()
              .orElseThrow();
      float[] dense = file.tensor("layer2.0.conv2.weight").toFloats();
      int out = Math.toIntExact(file.tensor("layer2.0.conv2.weight").shape()[0]);
      int half = out / 2;
      float[] cut = sliced.values(kernel);
      assertThat(kernel.shape()).isEqualTo(List.of((long) half, (long) half, 3L, 3L));
      for (int o = 0; o < half; o++) {
        for (int i = 0; i < half * 9; i++) {
          assertThat(cut[o * half * 9 + i]).isEqualTo(dense[(half + o) * out * 9 + i]);
        }
      }
      assertThat(predictor.run(file.tensor("input").toFloats()))
          .hasSize(model().classes())
          .doesNotContain(Float.NaN);
    }
  }

  @Test
  void groupsCannotBeCut() {
    Path file = MODELS.resolve("resnext50_32x4d.safetensors");

    assertThatThrownBy(() -> Network.loadSliced(file, Model.of("oct_resnext50_32x4d").alpha(0.25)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("layer1.0.conv2.conv.conv_h2h.weight has groups");
  }

  @Test
  void everythingThatDoesNotFitIsListed() {
    assertThatThrownBy(() -> Network.load(DENSE, model().classes(7).alpha(0.5)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(DENSE + ": does not fit the network in ")
        .hasMessageContaining("missing layer1.0.conv1.conv.conv_h2l.weight [")
        .hasMessageContaining("misshapen fc.bias F32 [10], expected [7]")
        .hasMessageContaining("superfluous layer1.0.conv1.weight")
        .hasMessageNotContaining("num_batches_tracked");
  }

  @Test
  void weightsCanBeDroppedOnceAPlanStands() throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(OCTAVE);
        Network network = Network.load(OCTAVE);
        Predictor predictor = network.predictor(2, PLAIN)) {
      float[] input = file.tensor("input").toFloats();
      float[] before = predictor.run(input);
      network.dropWeights();

      assertThat(predictor.run(input)).containsExactly(before);
    }
  }

  @Test
  void withoutWeightsThereIsNoFirstPlan() throws Exception {
    try (Network network = Network.load(OCTAVE)) {
      network.dropWeights();

      assertThatThrownBy(() -> network.predictor(2, PLAIN))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is closed");
    }
  }

  @Test
  void segmentsArraysAndPicturesGiveTheSame() throws Exception {
    try (Network network = Network.load(DENSE);
        Predictor predictor = network.predictor(1, PLAIN);
        Arena arena = Arena.ofConfined()) {
      int size = network.info().width();
      int classes = network.info().labels().size();
      float[] values = new float[3 * size * (size + 10)];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (0.5 + 0.5 * Math.sin(0.01 * i));
      }
      Image image = Image.of(size + 10, size, 3, values);
      float[] normalised = new ImageInput(network.info()).values(image);
      float[] expected = predictor.run(normalised);

      MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_FLOAT, normalised);
      float[] results = new float[classes];
      predictor.run(from, MemorySegment.ofArray(results));
      assertThat(results).containsExactly(expected);
      assertThat(network.run(normalised)).hasSize(classes);

      predictor.setImage(0, image);
      predictor.run();
      assertThat(predictor.output().floats()).containsExactly(expected);
      assertThat(predictor.classify(image))
          .isEqualTo(Classification.ofLogits(network.info().labels(), expected));
      assertThatThrownBy(() -> predictor.setImage(1, image)).hasMessageContaining("0 to 0");
      assertThatThrownBy(() -> predictor.set(from.asSlice(4))).hasMessageContaining("floats");
      assertThatThrownBy(() -> predictor.run(from, from)).hasMessageContaining("results");
    }
  }

  @Test
  void anyThreadMayRun() throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(DENSE);
        Network network = Network.load(DENSE);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      float[] input = file.tensor("input").toFloats();
      float[] expected = network.run(input);
      List<Callable<float[]>> runs = Collections.nCopies(40, () -> network.run(input));
      for (Future<float[]> result : threads.invokeAll(runs)) {
        assertThat(result.get()).containsExactly(expected);
      }
    }
  }

  /** As torchvision does for images of 224: the shorter side to 256, then the middle. */
  @Test
  void picturesAreScaledByTheirShorterSideAndCut() {
    NetworkInfo info = ModelFile.defaultInfo(Model.of("resnet50"));
    float[] values = new float[3 * 512 * 1024];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 1024 / 1024f;
    }

    Image fitted = new ImageInput(info).fit(Image.of(1024, 512, 3, values));

    assertThat(info.resize()).isEqualTo(256);
    assertThat(fitted).hasToString("224 x 224 RGB");
    // Columns (512 - 224) / 2 and so on of the half-size image, each the mean of two, in 8 bits.
    assertThat(fitted.at(0, 0, 0)).isEqualTo(Math.round((288 + 289) / 2f / 1024 * 255) / 255f);
    assertThat(fitted.at(2, 223, 223)).isEqualTo(Math.round((734 + 735) / 2f / 1024 * 255) / 255f);
  }

  /** What scripts/convert_weights.py writes of how pictures are prepared. */
  @ParameterizedTest
  @CsvSource({
    "256, bilinear, 224, 256",
    "232, bicubic, 224, 232",
    "0, bicubic, 224, 0",
    "232, bilinear, 448, 464"
  })
  void theFileSaysHowPicturesArePrepared(
      String resize, String interpolation, int size, int expected, @TempDir Path folder)
      throws IOException {
    Path path = folder.resolve("net.safetensors");
    new SafetensorsWriter()
        .metadata("arch", "resnet50")
        .metadata("image_size", "224")
        .metadata("resize", resize)
        .metadata("interpolation", interpolation)
        .metadata("mean", "[0.5, 0.25, 0]")
        .metadata("std", "[1, 2, 4]")
        .floats("conv1.weight", new float[1], 1)
        .write(path);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      NetworkInfo info = new ModelFile(file).info(Model.of("resnet50").imageSize(size));
      assertThat(info.resize()).isEqualTo(expected); // in the ratio of the file's sizes
      assertThat(info.interpolation())
          .isEqualTo(Interpolation.valueOf(interpolation.toUpperCase(Locale.ROOT)));
      assertThat(info.mean()).containsExactly(.5f, .25f, 0f);
      assertThat(info.std()).containsExactly(1f, 2f, 4f);
    }
  }

  /** Whether a picture is scaled and cut, or stretched. */
  @Test
  void picturesThatAreNotFiniteAreRefused() throws Exception {
    float[] values = new float[3 * 30 * 40];
    values[7] = Float.NaN;
    Image image = Image.of(40, 30, 3, values);
    NetworkInfo cut = ModelFile.defaultInfo(Model.of("resnet50"));
    NetworkInfo stretched =
        new NetworkInfo("n", 3, 8, 8, 0, cut.mean(), cut.std(), List.of("class"));
    for (NetworkInfo info : List.of(cut, stretched)) {
      assertThatThrownBy(() -> new ImageInput(info).values(image))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "image of 40 x 30 RGB has the value NaN in channel 0, row 0, column 7, expected"
                  + " finite values");
    }
  }
}
