package io.github.octconv4j.image;

/**
 * What the components of a JPEG image mean, and how they become grey or red, green, blue: by the
 * rules of libjpeg, and for inks by those of Pillow. Color profiles are not applied.
 */
enum JpegColors {
  /** One component, as it is. */
  GRAY(1) {
    @Override
    void convert(int[][] samples, int width) {}
  },

  /** Red, green, blue, as they are. */
  RGB(3) {
    @Override
    void convert(int[][] samples, int width) {}
  },

  /** Brightness, blue and red difference, by JFIF. */
  YCBCR(3) {
    @Override
    void convert(int[][] samples, int width) {
      toRgb(samples, width);
    }
  },

  /** Cyan, magenta, yellow, black, 255 for no ink as Adobe's programs write them. */
  CMYK(3) {
    @Override
    void convert(int[][] samples, int width) {
      layInks(samples, width);
    }
  },

  /** Cyan, magenta and yellow as brightness and color differences, and black. */
  YCCK(3) {
    @Override
    void convert(int[][] samples, int width) {
      toRgb(samples, width);
      for (int c = 0; c < 3; c++) {
        for (int x = 0; x < width; x++) {
          samples[c][x] = 255 - samples[c][x];
        }
      }
      layInks(samples, width);
    }
  };

  private static final int HALF = 1 << 15;

  private final int channels;

  JpegColors(int channels) {
    this.channels = channels;
  }

  /** Channels of the picture: 1 or 3. */
  int channels() {
    return channels;
  }

  /**
   * Turns a row into the picture's colors.
   *
   * @param samples 0 to 255, a row for each component; the first ones become the channels
   */
  abstract void convert(int[][] samples, int width);

  /** In units of 1/65536, rounded as in libjpeg. */
  private static void toRgb(int[][] samples, int width) {
    for (int x = 0; x < width; x++) {
      int y = samples[0][x];
      int cb = samples[1][x] - 128;
      int cr = samples[2][x] - 128;
      samples[0][x] = clamp(y + ((91881 * cr + HALF) >> 16)); // 1.402
      samples[1][x] = clamp(y + ((-22554 * cb - 46802 * cr + HALF) >> 16)); // .34414, .71414
      samples[2][x] = clamp(y + ((116130 * cb + HALF) >> 16)); // 1.772
    }
  }

  /** White paper under the inks: what the color inks leave of what black leaves. */
  private static void layInks(int[][] samples, int width) {
    for (int x = 0; x < width; x++) {
      int light = samples[3][x];
      for (int c = 0; c < 3; c++) {
        int product = (255 - samples[c][x]) * light + 128;
        samples[c][x] = clamp(light - ((product + (product >> 8)) >> 8));
      }
    }
  }

  private static int clamp(int value) {
    return Math.clamp(value, 0, 255);
  }
}
