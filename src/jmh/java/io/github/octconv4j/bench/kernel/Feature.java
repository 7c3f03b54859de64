package io.github.octconv4j.bench.kernel;

/**
 * A feature map of the Java variants: NHWC with a halo of zeros around each image, so that no loop
 * asks where the padding begins. Layers of a network would write into the halo's inside.
 */
final class Feature {
  final int n;
  final int c;
  final int h;
  final int w;
  final int halo;

  /** Floats from a pixel to the next one; at least the channels, zeros behind them. */
  final int pixel;

  /** Floats from a row to the next one. */
  final int row;

  final float[] values;

  Feature(int n, int c, int h, int w, int halo, int pixel) {
    this.n = n;
    this.c = c;
    this.h = h;
    this.w = w;
    this.halo = halo;
    this.pixel = pixel;
    this.row = (w + 2 * halo) * pixel;
    this.values = new float[Math.multiplyExact(Math.multiplyExact(n, h + 2 * halo), row)];
  }

  static Feature of(ImageData data, int halo, int pixel) {
    Feature feature = new Feature(data.n(), data.c(), data.h(), data.w(), halo, pixel);
    int next = 0;
    for (int b = 0; b < data.n(); b++) {
      for (int c = 0; c < data.c(); c++) {
        for (int i = 0; i < data.h(); i++) {
          for (int j = 0; j < data.w(); j++) {
            feature.values[feature.at(b, i, j) + c] = data.values()[next++];
          }
        }
      }
    }
    return feature;
  }

  /** Where the first channel of a pixel is; -1 is the first row or column of a halo of one. */
  int at(int image, int i, int j) {
    return (image * (h + 2 * halo) + i + halo) * row + (j + halo) * pixel;
  }

  /** Returns (n, c, h, w). */
  float[] toArray() {
    float[] array = new float[n * c * h * w];
    int next = 0;
    for (int b = 0; b < n; b++) {
      for (int k = 0; k < c; k++) {
        for (int i = 0; i < h; i++) {
          for (int j = 0; j < w; j++) {
            array[next++] = values[at(b, i, j) + k];
          }
        }
      }
    }
    return array;
  }
}
