package io.github.octconv4j.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.nn.ImageInput;
import io.github.octconv4j.nn.NetworkInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/**
 * Resizing and cropping against torchvision on Pillow's pictures, to the last bit; {@code
 * scripts/test_pictures.py} made {@code torchvision.bin}.
 */
class TorchvisionTest {
  /** The picture that the script computes, too. */
  private static Image noise(int width, int height, int channels) {
    float[] values = new float[channels * height * width];
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int h = x * 374761393 + y * 668265263 + c * (int) 2246822519L;
          h = (h ^ (h >>> 13)) * 1274126177;
          int value = (x * 5 + y * 3 + c * 40 + (h >>> 26)) & 0xFF;
          values[(c * height + y) * width + x] = value / 255f;
        }
      }
    }
    return Image.of(width, height, channels, values);
  }

  private static byte[] bytes(Image image) {
    ByteBuffer bytes = ByteBuffer.allocate(image.height() * image.width() * image.channels());
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        for (int c = 0; c < image.channels(); c++) {
          bytes.put((byte) Math.round(255 * image.at(c, y, x)));
        }
      }
    }
    return bytes.array();
  }

  private static Image fitted(
      Image image, int resize, int rows, int columns, Interpolation interpolation) {
    int channels = image.channels();
    List<Float> ones = Collections.nCopies(channels, 1f);
    NetworkInfo info =
        new NetworkInfo(
            "n", channels, rows, columns, resize, interpolation, ones, ones, List.of("class"));
    return new ImageInput(info).fit(image);
  }

  @Test
  void everyPixel() throws IOException {
    ByteBuffer cases;
    try (InputStream in = TorchvisionTest.class.getResourceAsStream("torchvision.bin")) {
      cases = ByteBuffer.wrap(in.readAllBytes());
    }
    int count = 0;
    while (cases.hasRemaining()) {
      int width = cases.getShort();
      int height = cases.getShort();
      int channels = cases.getShort();
      int resize = cases.getShort();
      int rows = cases.getShort();
      int columns = cases.getShort();
      Interpolation interpolation =
          cases.getShort() == 1 ? Interpolation.BICUBIC : Interpolation.BILINEAR;
      byte[] expected = new byte[rows * columns * channels];
      cases.get(expected);
      Image image = noise(width, height, channels);
      Image actual =
          resize == 0
              ? image.centerCrop(columns, rows)
              : fitted(image, resize, rows, columns, interpolation);
      assertThat(bytes(actual))
          .as("%s to %d, %d x %d, %s", image, resize, columns, rows, interpolation)
          .isEqualTo(expected);
      count++;
    }
    assertThat(count).isEqualTo(99);
  }

  /** Pictures of other numbers of bits are rounded to 8, as Pillow has them. */
  @Test
  void valuesAreRoundedToBytesFirst() {
    Image image = Image.of(2, 1, 1, new float[] {.4f / 255, 1.6f / 255});
    assertThat(image.resize(1, 1, Interpolation.BILINEAR).at(0, 0, 0)).isEqualTo(1 / 255f);
    Image outside = Image.of(2, 1, 1, new float[] {-3, 7});
    assertThat(outside.resize(4, 1, Interpolation.BICUBIC).toFloats()).contains(0, 1);
    assertThat(image.resize(2, 1, Interpolation.BICUBIC)).isSameAs(image);
  }

  @Test
  void aPhotographOfUsualSize() {
    CRC32 sum = new CRC32();
    sum.update(bytes(fitted(noise(640, 427, 3), 256, 224, 224, Interpolation.BILINEAR)));
    assertThat(Long.toHexString(sum.getValue())).isEqualTo("bbb9779d");
  }
}
