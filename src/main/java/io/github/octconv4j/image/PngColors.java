package io.github.octconv4j.image;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** From the samples of a PNG file to grey or red, green, blue in 0..1; opacity over black. */
sealed interface PngColors {
  /** Channels of the picture: 1 or 3. */
  int channels();

  /**
   * Sets a pixel.
   *
   * @param samples of a row of the file
   * @param index of the pixel among them
   */
  void set(Pixels pixels, int y, int x, int[] samples, int index);

  static PngColors of(PngFile file) throws BadImageException {
    PngHeader header = file.header();
    byte[] transparency = file.transparency();
    return header.color() == PngHeader.Color.PALETTE
        ? Palette.of(file.palette(), transparency)
        : new Direct(header.color(), (1 << header.bits()) - 1, key(header, transparency));
  }

  /** The samples that stand for a transparent pixel. */
  private static int @Nullable [] key(PngHeader header, byte @Nullable [] transparency) {
    int samples = header.color().samples();
    if (transparency == null || header.color().hasAlpha() || transparency.length < 2 * samples) {
      return null;
    }
    int[] key = new int[samples];
    for (int i = 0; i < samples; i++) {
      key[i] = ((transparency[2 * i] & 0xFF) << 8) | (transparency[2 * i + 1] & 0xFF);
    }
    return key;
  }

  /** Samples that are colors. */
  final class Direct implements PngColors {
    private final PngHeader.Color color;
    private final int most; // the largest sample
    private final int @Nullable [] key; // the color that is transparent

    Direct(PngHeader.Color color, int most, int @Nullable [] key) {
      this.color = color;
      this.most = most;
      this.key = key;
    }

    @Override
    public int channels() {
      return color.colors();
    }

    @Override
    public void set(Pixels pixels, int y, int x, int[] samples, int index) {
      int at = index * color.samples();
      float opacity = color.hasAlpha() ? samples[at + color.colors()] / (float) most : 1;
      if (key != null && Arrays.equals(samples, at, at + key.length, key, 0, key.length)) {
        opacity = 0;
      }
      for (int c = 0; c < color.colors(); c++) {
        pixels.set(c, y, x, samples[at + c] / (float) most * opacity);
      }
    }
  }

  /** Samples that are indices. */
  final class Palette implements PngColors {
    private final int channels; // 1 where all colors are grey
    private final float[][] colors; // of each channel, black for those that the file lacks

    private Palette(int channels, float[][] colors) {
      this.channels = channels;
      this.colors = colors;
    }

    static Palette of(byte[] palette, byte @Nullable [] transparency) throws BadImageException {
      if (palette.length == 0 || palette.length % 3 != 0) {
        throw PngFile.damaged("its palette has " + palette.length + " bytes");
      }
      float[][] colors = new float[3][256];
      for (int i = 0; i < palette.length; i++) {
        float opacity = 1;
        if (transparency != null && i / 3 < transparency.length) {
          opacity = (transparency[i / 3] & 0xFF) / 255f;
        }
        colors[i % 3][i / 3] = (palette[i] & 0xFF) / 255f * opacity;
      }
      boolean gray = Arrays.equals(colors[0], colors[1]) && Arrays.equals(colors[1], colors[2]);
      return new Palette(gray ? 1 : 3, colors);
    }

    @Override
    public int channels() {
      return channels;
    }

    @Override
    public void set(Pixels pixels, int y, int x, int[] samples, int index) {
      for (int c = 0; c < channels; c++) {
        pixels.set(c, y, x, colors[c][samples[index]]);
      }
    }
  }
}
