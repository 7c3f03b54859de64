package io.github.octconv4j.cli;

import io.github.octconv4j.image.Image;

/**
 * A picture in two frequency bands, cut as an octave convolution does it: what 2x2 averages hold at
 * half the resolution, and what they lose.
 *
 * <pre>{@code
 * low  = up(pool(x))     pool = 2x2 average, stride 2; up = nearest, factor 2
 * high = x - low
 * }</pre>
 *
 * @param pooled the low band at half the resolution
 * @param low the same at full resolution
 * @param high the rest, values around 0
 * @param sum low + high, which is the picture again
 */
record Bands(Image pooled, Image low, Image high, Image sum) {
  private static final float GAIN = 2;

  /**
   * Cuts a picture.
   *
   * @param x of even height and width
   */
  static Bands of(Image x) {
    int height = x.height();
    int width = x.width();
    if (height % 2 != 0 || width % 2 != 0) {
      throw new IllegalArgumentException("height and width must be even, were " + x);
    }
    int count = x.channels() * height * width;
    float[] pooled = new float[count / 4];
    float[] low = new float[count];
    float[] high = new float[count];
    float[] sum = new float[count];
    int at = 0;
    for (int c = 0; c < x.channels(); c++) {
      for (int row = 0; row < height; row++) {
        for (int column = 0; column < width; column++) {
          int top = row & ~1;
          int left = column & ~1;
          float mean =
              (x.at(c, top, left)
                      + x.at(c, top, left + 1)
                      + x.at(c, top + 1, left)
                      + x.at(c, top + 1, left + 1))
                  / 4;
          pooled[(c * (height / 2) + row / 2) * (width / 2) + column / 2] = mean;
          low[at] = mean;
          high[at] = x.at(c, row, column) - mean;
          sum[at] = low[at] + high[at];
          at++;
        }
      }
    }
    int channels = x.channels();
    return new Bands(
        Image.of(width / 2, height / 2, channels, pooled),
        Image.of(width, height, channels, low),
        Image.of(width, height, channels, high),
        Image.of(width, height, channels, sum));
  }

  /** The high band for the eye: grey where it is 0, twice as strong. */
  Image visibleHigh() {
    float[] values = high.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.5f + GAIN * values[i];
    }
    return Image.of(high.width(), high.height(), high.channels(), values);
  }
}
