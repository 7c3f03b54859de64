package io.github.octconv4j.bench.winograd;

import java.util.List;

/**
 * Winograd's convolution of 3x3 with a stride of 1, in plain loops of floats: for its accuracy.
 *
 * <p>Matrices as in A. Lavin, S. Gray: Fast Algorithms for Convolutional Neural Networks (2015).
 */
final class Winograd {
  /** Tiles of 2x2 results by 16 products. */
  static final Winograd F2 =
      new Winograd(
          2,
          new float[][] {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}},
          new float[][] {{1, 0, 0}, {.5f, .5f, .5f}, {.5f, -.5f, .5f}, {0, 0, 1}},
          new float[][] {{1, 1, 1, 0}, {0, 1, -1, -1}});

  /** Tiles of 4x4 results by 36 products. */
  static final Winograd F4 =
      new Winograd(
          4,
          new float[][] {
            {4, 0, -5, 0, 1, 0},
            {0, -4, -4, 1, 1, 0},
            {0, 4, -4, -1, 1, 0},
            {0, -2, -1, 2, 1, 0},
            {0, 2, -1, -2, 1, 0},
            {0, 4, 0, -5, 0, 1}
          },
          new float[][] {
            {1 / 4f, 0, 0},
            {-1 / 6f, -1 / 6f, -1 / 6f},
            {-1 / 6f, 1 / 6f, -1 / 6f},
            {1 / 24f, 1 / 12f, 1 / 6f},
            {1 / 24f, -1 / 12f, 1 / 6f},
            {0, 0, 1}
          },
          new float[][] {
            {1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}
          });

  /** All tiles, small ones first. */
  static final List<Winograd> ALL = List.of(F2, F4);

  private final int results;
  private final float[][] source;
  private final float[][] kernel;
  private final float[][] destination;

  private Winograd(int results, float[][] source, float[][] kernel, float[][] destination) {
    this.results = results;
    this.source = source;
    this.kernel = kernel;
    this.destination = destination;
  }

  /** Rows and columns of a tile of results. */
  int results() {
    return results;
  }

  /** Products of a tile, one for each element of what it reads. */
  int products() {
    return source.length * source.length;
  }

  /** How many tiles an image of so many rows and columns has. */
  int tiles(int height, int width) {
    return ((height + results - 1) / results) * ((width + results - 1) / results);
  }

  /**
   * Convolves one image with one border of zeros.
   *
   * @param x (c, h, w)
   * @param w (m, c, 3, 3)
   * @param m output channels
   * @return (m, h, w)
   */
  float[] convolve(float[] x, float[] w, int c, int h, int width, int m) {
    int size = source.length;
    float[][] kernels = new float[m * c][];
    for (int i = 0; i < m * c; i++) {
      kernels[i] = transform(kernel, tile(w, i * 9, 3));
    }
    float[] y = new float[m * h * width];
    for (int top = 0; top < h; top += results) {
      for (int left = 0; left < width; left += results) {
        float[][] sources = new float[c][];
        for (int k = 0; k < c; k++) {
          sources[k] = transform(source, window(x, k, h, width, top - 1, left - 1));
        }
        for (int o = 0; o < m; o++) {
          float[] sum = new float[size * size];
          for (int k = 0; k < c; k++) {
            for (int i = 0; i < sum.length; i++) {
              sum[i] += sources[k][i] * kernels[o * c + k][i];
            }
          }
          float[] result = transform(destination, tile(sum, 0, size));
          for (int i = 0; i < results && top + i < h; i++) {
            for (int j = 0; j < results && left + j < width; j++) {
              y[(o * h + top + i) * width + left + j] = result[i * results + j];
            }
          }
        }
      }
    }
    return y;
  }

  /** The elements from some row and column on, zero outside of the image. */
  private float[][] window(float[] x, int channel, int h, int w, int top, int left) {
    int size = source.length;
    float[][] tile = new float[size][size];
    for (int i = Math.max(0, -top); i < size && top + i < h; i++) {
      for (int j = Math.max(0, -left); j < size && left + j < w; j++) {
        tile[i][j] = x[(channel * h + top + i) * w + left + j];
      }
    }
    return tile;
  }

  private static float[][] tile(float[] values, int from, int size) {
    float[][] tile = new float[size][size];
    for (int i = 0; i < size; i++) {
      System.arraycopy(values, from + i * size, tile[i], 0, size);
    }
    return tile;
  }

  /** The matrix, times the tile, times the matrix transposed; row by row. */
  private static float[] transform(float[][] matrix, float[][] tile) {
    int rows = matrix.length;
    int size = tile.length;
    float[] y = new float[rows * rows];
    for (int i = 0; i < rows; i++) {
      float[] row = new float[size];
      for (int k = 0; k < size; k++) {
        for (int j = 0; j < size; j++) {
          row[j] += matrix[i][k] * tile[k][j];
        }
      }
      for (int j = 0; j < rows; j++) {
        for (int k = 0; k < size; k++) {
          y[i * rows + j] += row[k] * matrix[j][k];
        }
      }
    }
    return y;
  }
}
