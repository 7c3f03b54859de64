package io.github.octconv4j.spark;

import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.nn.Classification;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.weights.SafetensorsFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * 2,000 pictures: the 500 of Fashion-MNIST that the tests of the library have, each as it is,
 * mirrored, upside down, and turned by half; and what the library itself says of them.
 */
final class Clothes {
  static final Path OCTAVE = model("octave");
  static final Path DENSE = model("dense");
  static final int COUNT = 2000;

  private static final Path IMAGES =
      Path.of("src/test/resources/io/github/octconv4j/nn/fashion_mnist_500.safetensors");
  private static final int SIZE = 28;
  private static final List<byte[]> FILES = files();

  private Clothes() {}

  private static Path model(String name) {
    return Path.of(
        "src/main/resources/io/github/octconv4j/cli/demo/fashion/fashion_mnist_"
            + name
            + ".safetensors");
  }

  /** PNG files. */
  static List<byte[]> pngs() {
    return FILES;
  }

  private static List<byte[]> files() {
    float[] pixels;
    try (SafetensorsFile file = SafetensorsFile.open(IMAGES)) {
      pixels = file.tensor("images").toFloats();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    int all = pixels.length / (SIZE * SIZE);
    return IntStream.range(0, COUNT).mapToObj(i -> png(pixels, i % all, i / all)).toList();
  }

  private static byte[] png(float[] pixels, int image, int variant) {
    BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        int fromX = (variant & 1) == 0 ? x : SIZE - 1 - x;
        int fromY = (variant & 2) == 0 ? y : SIZE - 1 - y;
        int value = (int) pixels[(image * SIZE + fromY) * SIZE + fromX];
        picture.getRaster().setSample(x, y, 0, value);
      }
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "png", png);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return png.toByteArray();
  }

  /** What the library says of each on one thread, one after the other. */
  static List<Classification> expected(Path model) throws IOException {
    List<Classification> expected = new ArrayList<>();
    try (Network network = Network.load(model);
        Predictor predictor = network.predictor(1, PlanOptions.DEFAULT)) {
      for (byte[] png : FILES) {
        expected.add(
            predictor.classify(ImageFiles.read(new ByteArrayInputStream(png), "png", 1 << 20)));
      }
    }
    return List.copyOf(expected);
  }

  /** Rows {@code index, content} of the first pictures. */
  static Dataset<Row> rows(SparkSession session, int count) {
    List<Row> rows =
        IntStream.range(0, count).mapToObj(i -> RowFactory.create(i, FILES.get(i))).toList();
    return session.createDataFrame(
        rows,
        new StructType()
            .add("index", DataTypes.IntegerType, false)
            .add("content", DataTypes.BinaryType, true));
  }
}
