package io.github.octconv4j.bench.kernel;

import java.util.Arrays;

/**
 * Plain loops. The innermost one goes along the channels, which lie side by side: of the usual
 * orders it is the fastest here.
 */
final class LoopMaths implements JavaMaths {
  @Override
  public int pixel(int channels) {
    return channels;
  }

  /** (k, k, in, out). */
  @Override
  public float[] pack(float[] weights, int out, int in, int k) {
    float[] packed = new float[weights.length];
    int next = 0;
    for (int o = 0; o < out; o++) {
      for (int c = 0; c < in; c++) {
        for (int pq = 0; pq < k * k; pq++) {
          packed[(pq * in + c) * out + o] = weights[next++];
        }
      }
    }
    return packed;
  }

  @Override
  public void convolve(Feature x, float[] packed, float[] bias, int k, Feature y, boolean add) {
    float[] sums = new float[y.c];
    for (int b = 0; b < y.n; b++) {
      for (int i = 0; i < y.h; i++) {
        for (int j = 0; j < y.w; j++) {
          if (add) {
            System.arraycopy(y.values, y.at(b, i, j), sums, 0, sums.length);
          } else {
            System.arraycopy(bias, 0, sums, 0, sums.length);
          }
          int weight = 0;
          for (int p = 0; p < k; p++) {
            for (int q = 0; q < k; q++) {
              int from = x.at(b, i + p - k / 2, j + q - k / 2);
              for (int c = 0; c < x.c; c++) {
                float value = x.values[from + c];
                for (int o = 0; o < sums.length; o++) {
                  sums[o] += value * packed[weight + o];
                }
                weight += sums.length;
              }
            }
          }
          System.arraycopy(sums, 0, y.values, y.at(b, i, j), sums.length);
        }
      }
    }
  }

  @Override
  public void pool(Feature x, Feature y) {
    float[] from = x.values;
    for (int b = 0; b < y.n; b++) {
      for (int i = 0; i < y.h; i++) {
        for (int j = 0; j < y.w; j++) {
          int above = x.at(b, 2 * i, 2 * j);
          int below = above + x.row;
          int to = y.at(b, i, j);
          for (int c = 0; c < y.c; c++) {
            y.values[to + c] =
                (from[above + c]
                        + from[above + x.pixel + c]
                        + from[below + c]
                        + from[below + x.pixel + c])
                    * 0.25f;
          }
        }
      }
    }
  }

  @Override
  public void upsample(Feature x, Feature y, boolean add) {
    for (int b = 0; b < y.n; b++) {
      for (int i = 0; i < y.h; i++) {
        for (int j = 0; j < y.w; j++) {
          int from = x.at(b, Math.min(i / 2, x.h - 1), Math.min(j / 2, x.w - 1));
          int to = y.at(b, i, j);
          if (!add) {
            Arrays.fill(y.values, to, to + y.c, 0);
          }
          for (int c = 0; c < y.c; c++) {
            y.values[to + c] += x.values[from + c];
          }
        }
      }
    }
  }
}
