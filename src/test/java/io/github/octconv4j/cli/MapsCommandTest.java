package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.image.Image;
import io.github.octconv4j.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MapsCommandTest {
  private static final Path CAT = Path.of("docs/images/chelsea.jpg");
  private static final Path DEMO =
      Path.of("src/main/resources/io/github/octconv4j/cli/demo/fashion");
  private static final int TILE = (938 - 2 * 12 - 3 * 6) / 4;
  private static final int SMALL_TILE = (938 - 2 * 12 - 7 * 6) / 8;

  @TempDir private Path folder;

  @Test
  void bandsOfAPicture() {
    Random random = new Random(1);
    float[] values = new float[3 * 6 * 4];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    Image x = Image.of(4, 6, 3, values);
    Bands bands = Bands.of(x);
    assertThat(bands.pooled().width()).isEqualTo(2);
    assertThat(bands.pooled().height()).isEqualTo(3);
    for (int c = 0; c < 3; c++) {
      for (int row = 0; row < 6; row++) {
        for (int column = 0; column < 4; column++) {
          float mean = bands.pooled().at(c, row / 2, column / 2);
          assertThat(bands.low().at(c, row, column)).isEqualTo(mean);
          assertThat(bands.high().at(c, row, column))
              .isEqualTo(x.at(c, row, column) - mean, within(1e-6f));
          assertThat(bands.sum().at(c, row, column)).isEqualTo(x.at(c, row, column), within(1e-6f));
        }
      }
    }
    float ofFour = (x.at(1, 2, 2) + x.at(1, 2, 3) + x.at(1, 3, 2) + x.at(1, 3, 3)) / 4;
    assertThat(bands.pooled().at(1, 1, 1)).isEqualTo(ofFour, within(1e-6f));
  }

  @Test
  void thePhotographOfTheReadme() throws IOException {
    Path sheet = Files.writeString(folder.resolve("maps.png"), "is replaced");
    CommandRun run = CommandRun.of("maps", CAT, sheet).succeeded();
    assertThat(run.lastLine())
        .isEqualTo(String.format(Locale.ROOT, "maps of %s are in %s", CAT, sheet));
    Image drawn = ImageFiles.read(sheet);
    assertThat(drawn.width()).isEqualTo(938);
    // The photograph in four tiles, and eight maps of both frequencies of three layers.
    assertThat(drawn.height())
        .isEqualTo(12 + (26 + 18 + TILE + 12) + 6 * (26 + 18 + SMALL_TILE + 12));
    // Where the first and the last of the four tiles show the same, the bands lost nothing.
    int top = 12 + 26 + 18;
    for (int i = 0; i < TILE; i += 7) {
      for (int c = 0; c < 3; c++) {
        assertThat(drawn.at(c, top + i, 12 + 3 * (TILE + 6) + TILE - 1 - i))
            .isEqualTo(drawn.at(c, top + i, 12 + TILE - 1 - i), within(1.01f / 255));
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(sheet);
    }
  }

  /** Clothes are grey: the maps of that network are others. */
  @Test
  void eitherEmbeddedNetwork() throws IOException {
    Path emoji = folder.resolve("emoji.png");
    Path fashion = folder.resolve("fashion.png");
    CommandRun.of("maps", "--size=64", "--layers=layer1.0", CAT, emoji).succeeded();
    CommandRun.of("maps", "--demo=fashion", "--size=64", "--layers=block1", CAT, fashion)
        .succeeded();
    assertThat(Files.readAllBytes(fashion)).isNotEqualTo(Files.readAllBytes(emoji));
  }

  @Test
  void layersOfANetworkOfOnesOwn() throws IOException {
    Path sheet = folder.resolve("maps.png");
    Path model = DEMO.resolve("fashion_mnist_dense.safetensors");
    CommandRun.of("maps", "--model", model, "--layers=first", "--most=16", CAT, sheet).succeeded();
    int rows = 2; // of eight maps, and a dense network has no low ones
    assertThat(ImageFiles.read(sheet).height())
        .isEqualTo(12 + (26 + 18 + TILE + 12) + 26 + rows * (18 + SMALL_TILE + 6) - 6 + 12);
  }

  @Test
  void thePictureItselfIsKept() throws IOException {
    Path copy = Files.copy(CAT, folder.resolve("cat.jpg"));
    CommandRun.of("maps", copy, copy)
        .failed(
            2,
            "octconv maps: OUT.png is the picture itself; give another file;"
                + " see octconv maps --help");
    assertThat(copy).hasSameBinaryContentAs(CAT);
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere there is no /proc")
  void aFolderThatTakesNoFiles() {
    CommandRun.of("maps", CAT, "/proc/maps.png")
        .failed(
            4, "octconv maps: /proc/maps.png: cannot be written, its folder takes no new files");
  }

  @Test
  void whatCannotBeDrawn() throws IOException {
    Path sheet = folder.resolve("missing").resolve("maps.png");
    CommandRun.of("maps", CAT, sheet)
        .failed(2, "octconv maps: " + sheet + ": cannot be written, the folder does not exist");
    CommandRun.of("maps", CAT, folder.resolve("maps.jpg"))
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv maps: %s: pictures are written as PNG, give a name that ends in .png",
                folder.resolve("maps.jpg")));
    Path drawn = folder.resolve("a.png");
    CommandRun.of("maps", folder.resolve("none.png"), drawn)
        .failed(2, "octconv maps: " + folder.resolve("none.png") + ": no such file");
    CommandRun.of("maps", "--size=33", CAT, drawn)
        .failed(
            2, "octconv maps: --size must be even and 32 to 1024, was 33; see octconv maps --help");
    assertThat(CommandRun.of("maps", "--layers=conv1,nose", CAT, drawn).err())
        .startsWith("octconv maps: --layers: there is no layer nose; there are conv1, ")
        .hasLineCount(1);
    assertThat(CommandRun.of("maps", CAT).err())
        .startsWith("octconv maps: Missing required parameter: 'OUT.png'");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }
}
