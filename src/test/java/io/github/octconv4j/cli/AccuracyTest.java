package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.image.Image;
import io.github.octconv4j.nn.FeatureMap;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkBuilder;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.nn.Norm;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.StrideRule;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccuracyTest {
  private static final int IMAGES = 70; // more than a batch
  private static final int SIZE = 8;
  private static final int CLASSES = 20;

  @TempDir private Path folder;

  private void write(String name, byte[] data, int... dims) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(0x800 | dims.length);
    for (int dim : dims) {
      out.writeInt(dim);
    }
    out.write(data);
    Files.write(folder.resolve(name), bytes.toByteArray());
  }

  /** One convolution over the whole image: where a pixel is makes a difference. */
  private static Network network() {
    NetworkBuilder net = new NetworkBuilder(3, SIZE, SIZE);
    OctaveConv2d spec =
        OctaveConv2d.of(3, CLASSES).kernel(SIZE).strideRule(StrideRule.MOVE_KERNEL).build();
    FeatureMap y = net.convolution("all", net.input(), spec, Norm.NONE, Activation.NONE);
    List<String> labels = IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList();
    List<Float> mean = List.of(0.4f, 0.5f, 0.6f);
    List<Float> std = List.of(0.2f, 0.3f, 0.4f);
    return new Network(
        new NetworkInfo("one layer", 3, SIZE, SIZE, 0, mean, std, labels),
        net.build(y),
        Parameters.random(3));
  }

  /** The labels are what the network says of each image alone, so that it is always right. */
  @Test
  void greyImagesForANetworkThatTakesColours() throws IOException {
    byte[] pixels = new byte[IMAGES * SIZE * SIZE];
    new Random(7).nextBytes(pixels);
    byte[] labels = new byte[IMAGES];
    write("t10k-images-idx3-ubyte", pixels, IMAGES, SIZE, SIZE);
    write("t10k-labels-idx1-ubyte", labels, IMAGES);
    try (Network network = network();
        Progress progress = Progress.of("accuracy", IMAGES)) {
      Dataset blank = Dataset.read(folder);
      try (Predictor predictor = network.predictor()) {
        for (int i = 0; i < IMAGES; i++) {
          Image image = blank.image(i);
          labels[i] = (byte) predictor.classify(image).best().index();
        }
      }
      write("t10k-labels-idx1-ubyte", labels, IMAGES);
      long classes = IntStream.range(0, IMAGES).map(i -> labels[i]).distinct().count();
      assertThat(classes).as("a network that always says the same proves nothing").isGreaterThan(2);

      Dataset images = Dataset.read(folder);
      int[] known = images.classes(network.info());
      Accuracy accuracy = Accuracy.measure(network, PlanOptions.DEFAULT, images, known, progress);

      assertThat(accuracy.images()).isEqualTo(IMAGES);
      assertThat(accuracy.right()).isEqualTo(IMAGES);
    }
  }
}
