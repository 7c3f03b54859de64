package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.image.Image;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.weights.Metadata;
import io.github.octconv4j.weights.SafetensorsFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The trained networks for emoji, on pictures by a vendor of whom training saw none, against what
 * PyTorch computes from the same weights; {@code scripts/train_emoji.py embed} wrote both.
 */
class EmojiTest {
  private static final Path DEMO = Path.of("src/main/resources/io/github/octconv4j/cli/demo/emoji");
  private static final Path EXPECTED = Path.of("src/test/resources/io/github/octconv4j/nn");
  private static final int SIZE = 128;
  private static final int CLASSES = 761;
  private static final float WITHIN = 2e-4f; // of a probability

  /** What PyTorch says of a picture. */
  private record Row(String shows, String label, float probability) {}

  private static List<Row> rows(String file, int network) throws IOException {
    return Files.readAllLines(EXPECTED.resolve(file)).stream()
        .skip(1)
        .map(line -> line.split(","))
        .map(
            cells ->
                new Row(cells[0], cells[1 + 2 * network], Float.parseFloat(cells[2 + 2 * network])))
        .toList();
  }

  private static Path model(String name) {
    return DEMO.resolve(name + ".safetensors");
  }

  @ParameterizedTest
  @CsvSource({"emoji_octave_5, 0", "emoji_dense, 1"})
  void theEmbeddedPictures(String model, int column) throws IOException {
    List<Row> rows = rows("emoji_demo.csv", column);
    assertThat(rows).hasSize(10);
    try (Network network = Network.load(model(model));
        Predictor predictor = network.predictor()) {
      for (Row row : rows) {
        Path file = DEMO.resolve(row.shows.replace(' ', '_') + ".png");
        Classification.Candidate best = predictor.classify(ImageFiles.read(file)).best();
        assertThat(best.label()).as(row.shows).isEqualTo(row.label);
        assertThat((float) best.probability())
            .as(row.shows)
            .isCloseTo(row.probability, within(WITHIN));
      }
    }
  }

  /** Every nineteenth class, as one batch: as many are right as in PyTorch, and the same ones. */
  @ParameterizedTest
  @CsvSource({"emoji_octave_5, 0", "emoji_dense, 1"})
  void aPartOfTheTestSet(String model, int column) throws IOException {
    List<Row> rows = rows("emoji_sheet.csv", column);
    List<Image> pictures = pictures();
    assertThat(rows).hasSize(40).hasSameSizeAs(pictures);
    try (Network network = Network.load(model(model));
        Predictor predictor = network.predictor(rows.size(), PlanOptions.DEFAULT)) {
      for (int i = 0; i < rows.size(); i++) {
        predictor.setImage(i, pictures.get(i));
      }
      predictor.run();
      float[] logits = predictor.output().floats();
      assertThat(logits).hasSize(rows.size() * CLASSES);
      for (int i = 0; i < rows.size(); i++) {
        float[] ofOne = new float[CLASSES];
        System.arraycopy(logits, i * CLASSES, ofOne, 0, CLASSES);
        Classification.Candidate best = network.classification(ofOne).best();
        assertThat(best.label()).as("picture %d", i).isEqualTo(rows.get(i).label);
        assertThat((float) best.probability())
            .as("picture %d", i)
            .isCloseTo(rows.get(i).probability, within(WITHIN));
      }
    }
  }

  /** Files of at most 3 MB that say what they hold and how good it is. */
  @ParameterizedTest
  @CsvSource({"emoji_octave_5, 0.5", "emoji_dense, 0"})
  void theFilesSayWhatTheyHold(String model, double alpha) throws IOException {
    assertThat(Files.size(model(model))).isLessThan(3_000_000);
    try (SafetensorsFile file = SafetensorsFile.open(model(model))) {
      Metadata metadata = Metadata.of(file);
      assertThat(metadata.decimal("alpha")).isEqualTo(alpha);
      assertThat(metadata.texts("labels")).hasSize(CLASSES).doesNotHaveDuplicates();
      assertThat(metadata.texts("characters")).hasSize(CLASSES).doesNotHaveDuplicates();
      assertThat(metadata.text("trained_on")).doesNotContain("noto").doesNotContain("openmoji");
      // All epochs, of 3435 drawings in batches of 64.
      assertThat(metadata.integer("step")).isEqualTo(metadata.integer("epochs") * (3435 / 64));
      assertThat(metadata.decimal("accuracy_noto")).isBetween(.3, 1.);
    }
  }

  /** The pictures of the sheet, row by row. */
  private static List<Image> pictures() throws IOException {
    BufferedImage sheet = ImageIO.read(EXPECTED.resolve("emoji_sheet.png").toFile());
    List<Image> pictures = new ArrayList<>();
    for (int top = 0; top < sheet.getHeight(); top += SIZE) {
      for (int left = 0; left < sheet.getWidth(); left += SIZE) {
        int[] pixels = sheet.getRGB(left, top, SIZE, SIZE, null, 0, SIZE);
        float[] values = new float[3 * pixels.length];
        for (int i = 0; i < pixels.length; i++) {
          for (int c = 0; c < 3; c++) {
            int value = (pixels[i] >> (16 - 8 * c)) & 255;
            values[c * pixels.length + i] = value / 255f;
          }
        }
        pictures.add(Image.of(SIZE, SIZE, 3, values));
      }
    }
    return pictures;
  }
}
