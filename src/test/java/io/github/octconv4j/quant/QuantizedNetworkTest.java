package io.github.octconv4j.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.nn.ImageInput;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Trained networks in whole numbers: what they lose, and that files hold all of them. */
class QuantizedNetworkTest {
  private static final Path IMAGES =
      Path.of("src/test/resources/io/github/octconv4j/nn/fashion_mnist_500.safetensors");
  private static final int COUNT = 500;
  private static final int SIDE = 28;
  private static final int CALIBRATED_ON = 40;

  @TempDir private Path folder;

  private static Network load(String name) throws IOException {
    return Network.load(
        Path.of(
            "src/main/resources/io/github/octconv4j/cli/demo/fashion/fashion_mnist_"
                + name
                + ".safetensors"));
  }

  private static List<Image> images() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(IMAGES)) {
      float[] bytes = file.tensor("images").toFloats();
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] /= 255;
      }
      List<Image> images = new ArrayList<>();
      for (int i = 0; i < COUNT; i++) {
        int first = i * SIDE * SIDE;
        images.add(Image.of(SIDE, SIDE, 1, Arrays.copyOfRange(bytes, first, first + SIDE * SIDE)));
      }
      return images;
    }
  }

  private static Quantizer quantizer(Network network, List<Image> images) {
    Quantizer quantizer = new Quantizer(network);
    images.subList(0, CALIBRATED_ON).forEach(quantizer::sample);
    return quantizer;
  }

  private static List<Integer> classes(Network network, List<Image> images) {
    return network.use(
        1,
        predictor ->
            images.stream().map(image -> predictor.classify(image).best().index()).toList());
  }

  @ParameterizedTest
  @CsvSource({"octave, MIN_MAX", "dense, PERCENTILE"})
  void trainedNetworksKeepTheirClasses(String name, Ranges ranges) throws IOException {
    List<Image> images = images();
    try (Network floats = load(name);
        QuantizedNetwork bytes = quantizer(floats, images).ranges(ranges).quantizeAll()) {
      assertThat(bytes.layers()).hasSize(15).allMatch(QuantizedLayer::quantized);
      assertThat(bytes.loss()).isBetween(1e-7, 5e-3);
      assertThat(bytes.lostAccuracy()).isNaN();
      List<Integer> expected = classes(floats, images);
      List<Integer> actual = classes(bytes.network(), images);
      int others = 0;
      for (int i = 0; i < COUNT; i++) {
        others += expected.get(i).equals(actual.get(i)) ? 0 : 1;
      }
      assertThat(others).isLessThanOrEqualTo(COUNT / 50);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void filesHoldAllOfThem(boolean narrow) throws IOException {
    Path file = folder.resolve("bytes.onnx");
    List<Image> images = images();
    Network kept;
    NetworkInfo info;
    try (Network floats = load("octave")) {
      info = floats.info();
      kept =
          quantizer(floats, images)
              .narrowWeights(narrow)
              .keepInFloats("block2.c1")
              .quantizeAll()
              .network();
    }
    try (kept) { // stands for itself: the file of the floats is closed
      kept.save(file);
      try (Network loaded = Network.load(file)) {
        assertThat(loaded.info()).isEqualTo(info);
        assertThat(loaded.notes())
            .isEqualTo(kept.notes())
            .containsEntry(Quantizer.MADE_FOR, narrow ? "any" : "vnni")
            .containsEntry("quantized_samples", "40");
        Graph graph = loaded.operations();
        assertThat(graph.nodes()).extracting(Node::name).doesNotHaveDuplicates();
        String input = graph.inputs().getFirst().name();
        for (int i = 0; i < 20; i++) {
          TensorData x =
              TensorData.of(new ImageInput(info).values(images.get(i)), 1, 1, SIDE, SIDE);
          float[] before = output(kept.compute(Map.of(input, x)));
          float[] after = output(loaded.compute(Map.of(input, x)));
          assertThat(after).containsExactly(before);
          // On all processors: what is no product of bytes there is one of floats.
          float[] exact = output(Interpreter.ofHeap().run(graph, Map.of(input, x)));
          assertThat(best(after)).as("image %d", i).isEqualTo(best(exact));
        }
        Path again = folder.resolve("again.onnx");
        loaded.save(again);
        assertThat(Files.size(again)).isEqualTo(Files.size(file));
      }
    }
  }

  private static float[] output(Map<String, TensorData> outputs) {
    return outputs.values().iterator().next().toFloats();
  }

  private static int best(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }

  /** Averages of 2x2 and repetitions read bytes and give bytes of the same steps. */
  @ParameterizedTest
  @CsvSource({"oct_resnet26, POOL_ALL", "oct_resnet26, KEEP_LOW", "oct_mobilenet_v1, POOL_ALL"})
  void octaveLayersAreMovesAndProductsOfBytes(String architecture, StrideRule rule) {
    Model model = Model.of(architecture).width(1 / 8.0).imageSize(66).classes(10).strideRule(rule);
    Random random = new Random(5);
    float[] values = new float[3 * 66 * 66];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    try (Network floats = Network.of(model, Parameters.random(7))) {
      String input = floats.inputs().getFirst().name();
      TensorData x = TensorData.of(values, 1, 3, 66, 66);
      try (QuantizedNetwork bytes = new Quantizer(floats).sample(Map.of(input, x)).quantizeAll()) {
        assertThat(bytes.loss()).isLessThan(0.01);
        Graph graph = bytes.network().operations();
        int moves = 0;
        for (Node node : graph.nodes()) {
          assertThat(node.op()).isNotInstanceOf(OctaveConv.class);
          if (node.op() instanceof Conv) {
            assertThat(producer(graph, node, 0)).isInstanceOf(DequantizeLinear.class);
            assertThat(producer(graph, node, 1)).isInstanceOf(DequantizeLinear.class);
          }
          boolean moved =
              node.op() instanceof Resize
                  || (node.op() instanceof Pool pool && pool.window().kernel().getFirst() == 2);
          if (moved) {
            moves++;
            Node before = graph.producer(node.input(0));
            assertThat(graph.consumers(node.output()))
                .isNotEmpty()
                .allSatisfy(
                    next -> {
                      assertThat(next.op()).isInstanceOf(QuantizeLinear.class);
                      assertThat(scale(graph, next)).isEqualTo(scale(graph, before));
                    });
          }
        }
        assertThat(moves).isGreaterThan(10);
      }
    }
  }

  @Test
  void weightsTakeAQuarter() {
    Model model = Model.of("oct_resnet26").width(.5).imageSize(64);
    try (Network floats = Network.of(model, Parameters.random(7))) {
      TensorData x = TensorData.of(new float[3 * 64 * 64], 1, 3, 64, 64);
      try (QuantizedNetwork bytes =
          new Quantizer(floats)
              .sample(Map.of(floats.inputs().getFirst().name(), x))
              .narrowWeights(true)
              .quantizeAll()) {
        floats.warmUp(1);
        bytes.network().warmUp(1);
        assertThat((double) bytes.network().weightBytes() / floats.weightBytes())
            .isBetween(.2, .27);
      }
    }
  }

  private static Object producer(Graph graph, Node node, int input) {
    return graph.producer(node.input(input)).op();
  }

  private static double scale(Graph graph, Node node) {
    return graph.constant(node.input(1)).doubleAt(0);
  }

  @Test
  void accuracyCountsWhereLabelsAreGiven() throws IOException {
    List<Image> images = images().subList(0, 12);
    try (Network floats = load("octave")) {
      List<String> labels = floats.info().labels();
      List<Integer> right = classes(floats, images);
      Quantizer quantizer = new Quantizer(floats).criterion(Loss.ACCURACY);
      for (int i = 0; i < images.size(); i++) {
        quantizer.sample(images.get(i), labels.get(i == 0 ? 9 - right.get(0) : right.get(i)));
      }
      try (QuantizedNetwork bytes = quantizer.quantizeAll()) {
        assertThat(bytes.lostAccuracy()).isBetween(-0.1, 0.1);
      }
      assertThatThrownBy(() -> quantizer.sample(images.getFirst(), "Hat"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("was \"Hat\"; there are 10, from \"T-shirt/top\"");
      Quantizer unlabelled = new Quantizer(floats).criterion(Loss.ACCURACY);
      unlabelled.sample(images.getFirst());
      assertThatThrownBy(() -> unlabelled.quantize(0.1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("labels");
    }
  }

  @Test
  void whatCannotBeIsSaid() throws IOException {
    List<Image> images = images();
    try (Network floats = load("octave");
        QuantizedNetwork bytes = quantizer(floats, images).quantizeAll()) {
      assertThatThrownBy(() -> new Quantizer(bytes.network()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is quantised already");
      assertThatThrownBy(() -> quantizer(floats, images).keepInFloats("block9").quantizeAll())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no layer block9")
          .hasMessageContaining("block2.c1");
      assertThatThrownBy(
              () ->
                  quantizer(floats, images)
                      .sample(
                          Map.of(
                              floats.inputs().getFirst().name(),
                              TensorData.of(new float[2 * SIDE * SIDE], 2, 1, SIDE, SIDE))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("of one size");
      assertThatThrownBy(() -> floats.with(bytes.network().operations(), Map.of("mean", "0")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the key mean");
    }
  }
}
