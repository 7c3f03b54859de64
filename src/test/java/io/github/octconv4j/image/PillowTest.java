package io.github.octconv4j.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pictures of every kind against what Pillow makes of them, to the last bit. {@code
 * scripts/test_pictures.py} made both.
 */
class PillowTest {
  private static Path folder() {
    try {
      return Path.of(PillowTest.class.getResource("pictures").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Names of the pictures; {@code NAME.pixels} is what Pillow made. */
  static List<String> names() {
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(".pixels"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Samples (h, w, c).
   *
   * @param largest what 1 is in the picture
   */
  private record Expected(int width, int height, int channels, int largest, ByteBuffer samples) {
    static Expected read(String name) throws IOException {
      byte[] file = Files.readAllBytes(folder().resolve(name + ".pixels"));
      int line = 0;
      while (file[line] != '\n') {
        line++;
      }
      String[] header = new String(file, 0, line, StandardCharsets.US_ASCII).split(" ", -1);
      return new Expected(
          Integer.parseInt(header[0]),
          Integer.parseInt(header[1]),
          Integer.parseInt(header[2]),
          Integer.parseInt(header[3]),
          ByteBuffer.wrap(file, line + 1, file.length - line - 1).slice());
    }

    private float sample(int c, int y, int x) {
      int i = (y * width + x) * channels + c;
      int sample = largest > 255 ? samples.getShort(2 * i) & 0xFFFF : samples.get(i) & 0xFF;
      return sample / (float) largest;
    }

    /** Over black, where there is opacity. */
    float value(int c, int y, int x) {
      boolean alpha = channels % 2 == 0;
      return alpha ? sample(c, y, x) * sample(channels - 1, y, x) : sample(c, y, x);
    }

    int colors() {
      return channels < 3 ? 1 : 3;
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyPixel(String name) throws IOException {
    Image image = ImageFiles.read(folder().resolve(name));
    Expected expected = Expected.read(name);
    assertThat(image.width()).isEqualTo(expected.width());
    assertThat(image.height()).isEqualTo(expected.height());
    assertThat(image.channels()).isEqualTo(expected.colors());
    for (int c = 0; c < image.channels(); c++) {
      for (int y = 0; y < image.height(); y++) {
        for (int x = 0; x < image.width(); x++) {
          assertThat(image.at(c, y, x))
              .as("channel %d, row %d, column %d", c, y, x)
              .isEqualTo(expected.value(c, y, x));
        }
      }
    }
  }

  @Test
  void thereAreManyKinds() {
    assertThat(names()).hasSize(180).contains("ycck.jpg", "exif_MM_6.jpg");
  }

  private static Image report(String name) throws IOException {
    try (InputStream in = PillowTest.class.getResourceAsStream("reports/" + name)) {
      return ImageFiles.read(in, name, ImageFiles.MAX_PIXELS);
    }
  }

  private static float largestDifference(Image a, Image b) {
    assertThat(a).hasToString(b.toString());
    float largest = 0;
    for (int i = 0; i < a.toFloats().length; i++) {
      largest = Math.max(largest, Math.abs(a.toFloats()[i] - b.toFloats()[i]));
    }
    return largest * 255;
  }

  /** The same picture in several files: inks, profiles, numbers of components, no tables. */
  @Test
  void theChartLooksTheSameInEachFile() throws IOException {
    Image chart = report("chart.png");
    assertThat(report("chart_a98.png").toFloats()).isEqualTo(report("chart_a98.png").toFloats());
    for (String name :
        List.of("chart_rgb.jpg", "chart_cmyk.jpg", "nodht.jpg", "nojfif_ids012.jpg")) {
      assertThat(largestDifference(report(name), chart)).as(name).isLessThan(4);
    }
    Image profile = report("chart_a98.jpg");
    assertThat(largestDifference(profile, report("chart_a98.png"))).isLessThan(4);
    assertThat(report("chart_icc_count.jpg").toFloats()).isEqualTo(profile.toFloats());
    assertThat(largestDifference(report("5_sandal_cmyk.jpg"), report("5_sandal_rgb.jpg")))
        .isLessThan(60); // two encodings of a noisy picture; a negative would differ by 255
  }
}
