package io.github.octconv4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.SameOnEveryProcessor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SameOnEveryProcessor
class ImageTest {
  private static Image gray(int width, int height, float... values) {
    return Image.of(width, height, 1, values);
  }

  private static Image random(int width, int height, int channels) {
    float[] values = new float[width * height * channels];
    Random random = new Random(3);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return Image.of(width, height, channels, values);
  }

  @Test
  void valuesAreCopiedAndFoundByIndex() {
    float[] values = new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17};
    Image image = Image.of(3, 2, 3, values);
    values[0] = 99;
    image.toFloats()[0] = 99;
    assertThat(image.width()).isEqualTo(3);
    assertThat(image.height()).isEqualTo(2);
    assertThat(image.channels()).isEqualTo(3);
    assertThat(image.at(0, 0, 0)).isZero();
    assertThat(image.at(2, 1, 0)).isEqualTo(15);
    assertThat(image.toFloats()).startsWith(0, 1).endsWith(17);
    assertThat(image).hasToString("3 x 2 RGB");
    assertThat(gray(1, 1, 0)).hasToString("1 x 1 grey");
    assertThatThrownBy(() -> image.at(0, 0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> image.at(0, 2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> image.at(-1, 0, 0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void impossibleImages() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Image.of(2, 2, 4, new float[16]))
        .withMessage("channels is 4, expected 1 (grey) or 3 (RGB)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Image.of(0, 2, 1, new float[0]))
        .withMessageStartingWith("size is 0 x 2, expected at least 1 x 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Image.of(65536, 65536, 1, new float[0]))
        .withMessageStartingWith("size is 65536 x 65536, expected at least 1 x 1 and at most");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Image.of(3, 2, 1, new float[5]))
        .withMessage("values has length 5, expected 6 for (channels 1, height 2, width 3)");
  }

  @Test
  void grayIsLuma() {
    Image rgb = Image.of(2, 2, 3, new float[] {1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1});
    assertThat(rgb.gray().toFloats())
        .containsExactly(new float[] {.299f, .587f, .114f, 1}, within(1e-6f));
    assertThat(rgb.gray().channels()).isEqualTo(1);
    assertThat(rgb.rgb()).isSameAs(rgb);
  }

  @Test
  void rgbRepeatsGray() {
    Image gray = gray(2, 1, .25f, .5f);
    assertThat(gray.rgb().channels()).isEqualTo(3);
    assertThat(gray.rgb().toFloats()).containsExactly(.25f, .5f, .25f, .5f, .25f, .5f);
    assertThat(gray.gray()).isSameAs(gray);
  }

  @Test
  void resizeToTheSameSizeIsIdentity() {
    Image image = random(5, 4, 3);
    assertThat(image.resize(5, 4)).isSameAs(image);
  }

  @Test
  void shrinkingAverages() {
    Image image = gray(4, 2, 0, 1, 2, 3, 4, 5, 6, 7);
    assertThat(image.resize(2, 1).toFloats()).containsExactly(2.5f, 4.5f);
    assertThat(image.resize(1, 1).toFloats()).containsExactly(3.5f);
    // 3 to 2: each new pixel is one and a half old ones.
    assertThat(gray(3, 1, 0, 3, 6).resize(2, 1).toFloats())
        .containsExactly(new float[] {1, 5}, within(1e-6f));
    assertThat(gray(1, 3, 0, 3, 6).resize(1, 2).toFloats())
        .containsExactly(new float[] {1, 5}, within(1e-6f));
  }

  @Test
  void growingInterpolates() {
    // As torch.nn.functional.interpolate(mode="bilinear", align_corners=False).
    assertThat(gray(2, 1, 0, 1).resize(4, 1).toFloats()).containsExactly(0, .25f, .75f, 1);
    assertThat(gray(1, 2, 0, 1).resize(1, 4).toFloats()).containsExactly(0, .25f, .75f, 1);
    assertThat(gray(2, 2, 0, 1, 2, 3).resize(3, 3).toFloats())
        .containsExactly(0, .5f, 1, 1, 1.5f, 2, 2, 2.5f, 3);
    assertThat(gray(1, 1, .7f).resize(3, 2).toFloats()).containsOnly(.7f).hasSize(6);
  }

  @Test
  void eachAxisAndChannelIsResizedByItself() {
    Image image = Image.of(2, 2, 3, new float[] {0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23});
    Image resized = image.resize(4, 1); // wider and lower
    assertThat(resized).hasToString("4 x 1 RGB");
    assertThat(resized.toFloats())
        .containsExactly(1, 1.25f, 1.75f, 2, 11, 11.25f, 11.75f, 12, 21, 21.25f, 21.75f, 22);
    assertThat(image.resize(1, 4).toFloats()) // narrower and higher
        .containsExactly(.5f, 1, 2, 2.5f, 10.5f, 11, 12, 12.5f, 20.5f, 21, 22, 22.5f);
  }

  @ParameterizedTest
  @CsvSource({"7,5,3,2", "7,5,11,13", "7,5,1,1", "5,7,8,3", "1,9,4,4", "64,48,28,28"})
  void resizeEqualsThePlainDefinition(int width, int height, int newWidth, int newHeight) {
    Image image = random(width, height, 3);
    Image resized = image.resize(newWidth, newHeight);
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < newHeight; y++) {
        for (int x = 0; x < newWidth; x++) {
          double expected = 0;
          for (int v = 0; v < height; v++) {
            for (int u = 0; u < width; u++) {
              double weight = weight(height, newHeight, v, y) * weight(width, newWidth, u, x);
              expected += weight * image.at(c, v, u);
            }
          }
          assertThat((double) resized.at(c, y, x)).isCloseTo(expected, within(1e-5));
        }
      }
    }
  }

  /** The share of the old pixel in the new one, in double arithmetic. */
  private static double weight(int oldSize, int newSize, int old, int young) {
    double ratio = (double) oldSize / newSize;
    if (newSize < oldSize) {
      double overlap = Math.min(old + 1, (young + 1) * ratio) - Math.max(old, young * ratio);
      return Math.max(0, overlap) / ratio;
    }
    double center = Math.clamp((young + .5) * ratio - .5, 0., oldSize - 1.);
    return Math.max(0, 1 - Math.abs(center - old));
  }

  @Test
  void impossibleSizes() {
    Image image = random(5, 4, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> image.resize(0, 4))
        .withMessageStartingWith("size is 0 x 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> image.resize(30_000, 30_000))
        .withMessageStartingWith("size is 30000 x 30000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> image.centerCrop(5, -1))
        .withMessageStartingWith("size is 5 x -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> image.centerCrop(30_000, 30_000))
        .withMessageStartingWith("size is 30000 x 30000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> image.resize(30_000, 30_000, Interpolation.BILINEAR))
        .withMessageStartingWith("size is 30000 x 30000");
  }

  @Test
  void centerCropTakesTheMiddle() {
    Image image = gray(4, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    assertThat(image.centerCrop(2, 1).toFloats()).containsExactly(5, 6);
    // Odd margins: 3 / 2 is rounded to 2, 1 / 2 to 0.
    assertThat(image.centerCrop(1, 2).toFloats()).containsExactly(2, 6);
    assertThat(image.centerCrop(4, 3)).isSameAs(image);
    Image rgb = random(5, 5, 3);
    assertThat(rgb.centerCrop(3, 3).at(2, 0, 0)).isEqualTo(rgb.at(2, 1, 1));
  }

  @Test
  void centerCropPutsBlackAroundSmallImages() {
    Image image = gray(2, 1, 5, 6);
    assertThat(image.centerCrop(3, 2).toFloats()).containsExactly(5, 6, 0, 0, 0, 0);
    assertThat(image.centerCrop(4, 3).toFloats())
        .containsExactly(0, 0, 0, 0, 0, 5, 6, 0, 0, 0, 0, 0);
    assertThat(image.centerCrop(1, 3).toFloats()).containsExactly(0, 5, 0);
  }

  @Test
  void valuesThatAreNotFinite() {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      Image image = Image.of(2, 3, 3, new float[18]);
      assertThat(image.requireFinite()).isSameAs(image);
      float[] values = new float[18];
      values[11] = value;
      Image bad = Image.of(2, 3, 3, values);
      String message =
          "image of 2 x 3 RGB has the value "
              + value
              + " in channel 1, row 2, column 1, expected finite values";
      assertThatIllegalArgumentException().isThrownBy(bad::requireFinite).withMessage(message);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bad.resize(4, 4, Interpolation.BICUBIC))
          .withMessage(message);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bad.resize(2, 3, Interpolation.BICUBIC))
          .withMessage(message);
      // What the documentation says of those who don't check.
      assertThat(bad.resize(1, 1).at(1, 0, 0)).isNotEqualTo(bad.resize(1, 1).at(0, 0, 0));
      assertThat(Float.isFinite(bad.resize(1, 1).at(1, 0, 0))).isFalse();
      float[] ones = {1, 1, 1};
      assertThat(bad.normalize(ones, ones)).contains(value);
    }
  }

  @Test
  void normalizes() {
    Image image = Image.of(2, 1, 3, new float[] {0, 1, .5f, .5f, 1, 0});
    float[] mean = {.5f, .25f, 0};
    float[] std = {.5f, .25f, 2};
    float[] expected = {-1, 1, 1, 1, .5f, 0};
    assertThat(image.normalize(mean, std)).containsExactly(expected);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment batch = arena.allocate(2 * 24, 64); // (2, 3, 1, 2)
      image.normalizeInto(batch.asSlice(24), mean, std);
      assertThat(batch.asSlice(24).toArray(ValueLayout.JAVA_FLOAT)).containsExactly(expected);
      assertThat(batch.asSlice(0, 24).toArray(ValueLayout.JAVA_FLOAT)).containsOnly(0);
    }
  }

  @Test
  void unfitStatisticsAndDestinations() {
    Image image = random(2, 2, 1);
    float[] one = {1};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> image.normalize(new float[3], one))
        .withMessage("mean has length 3 and std 1, expected 1, one per channel");
    for (float std : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> image.normalize(one, new float[] {std}))
          .withMessage(
              "mean is [1.0] and std [" + std + "], expected finite values and deviations above 0");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> image.normalizeInto(MemorySegment.ofArray(new float[3]), one, one))
        .withMessage(
            "destination has 12 bytes, expected at least 16 for (channels 1, height 2, width 2)");
    MemorySegment readOnly = MemorySegment.ofArray(new float[4]).asReadOnly();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> image.normalizeInto(readOnly, one, one))
        .withMessage("destination is read-only, expected writable memory");
  }
}
