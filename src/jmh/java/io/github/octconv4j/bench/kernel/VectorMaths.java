package io.github.octconv4j.bench.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API, as one writes it for speed. A convolution computes tiles of 7 pixels by 2 vectors
 * of output channels in 14 registers: for each input channel and each weight's place it loads 2
 * vectors of weights, which were packed into that order, broadcasts 7 pixels and makes 14
 * multiply-adds, so that the loads stay below the multiply-adds. Strips of rows are done for all
 * output channels, which keeps the input in the cache. Larger tiles (14x2, 7x4) were slower: the
 * JIT compiler spills registers.
 */
final class VectorMaths implements JavaMaths {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int V = S.length();
  private static final int PIXELS = 7;
  private static final int STRIP = 7;

  @Override
  public int pixel(int channels) {
    return (channels + V - 1) / V * V;
  }

  /** (out / 2V, k, k, in, 2V); where one vector is left over, it is the last block by itself. */
  @Override
  public float[] pack(float[] weights, int out, int in, int k) {
    int padded = pixel(out);
    float[] packed = new float[padded * in * k * k];
    for (int o = 0; o < out; o++) {
      int block = o / (2 * V) * 2 * V;
      int width = Math.min(2 * V, padded - block);
      for (int c = 0; c < in; c++) {
        for (int pq = 0; pq < k * k; pq++) {
          packed[block * in * k * k + (pq * in + c) * width + o - block] =
              weights[(o * in + c) * k * k + pq];
        }
      }
    }
    return packed;
  }

  @Override
  public void convolve(Feature x, float[] packed, float[] bias, int k, Feature y, boolean add) {
    for (int b = 0; b < y.n; b++) {
      for (int strip = 0; strip < y.h; strip += STRIP) {
        int end = Math.min(strip + STRIP, y.h);
        for (int o = 0; o < y.pixel; o += 2 * V) {
          int first = o * x.c * k * k;
          for (int i = strip; i < end; i++) {
            convolveRow(x, b, i, packed, first, bias, o, k, y, add);
          }
        }
      }
    }
  }

  /** A row of pixels, one or two vectors of channels from {@code o} on. */
  private static void convolveRow(
      Feature x,
      int b,
      int i,
      float[] packed,
      int first,
      float[] bias,
      int o,
      int k,
      Feature y,
      boolean add) {
    boolean two = y.pixel - o >= 2 * V;
    int from = x.at(b, i - k / 2, -(k / 2));
    int to = y.at(b, i, 0) + o;
    int j = 0;
    for (; j + PIXELS <= y.w; j += PIXELS) {
      int source = from + j * x.pixel;
      int target = to + j * y.pixel;
      if (two) {
        sevenByTwo(
            x.values, source, x.pixel, x.row, x.c, k, packed, first, bias, o, add, y.values, target,
            y.pixel);
      } else {
        sevenByOne(
            x.values, source, x.pixel, x.row, x.c, k, packed, first, bias, o, add, y.values, target,
            y.pixel);
      }
    }
    for (; j < y.w; j++) {
      int source = from + j * x.pixel;
      int target = to + j * y.pixel;
      if (two) {
        oneByTwo(
            x.values, source, x.pixel, x.row, x.c, k, packed, first, bias, o, add, y.values,
            target);
      } else {
        oneByOne(
            x.values, source, x.pixel, x.row, x.c, k, packed, first, bias, o, add, y.values,
            target);
      }
    }
  }

  @Override
  public void pool(Feature x, Feature y) {
    for (int b = 0; b < y.n; b++) {
      for (int i = 0; i < y.h; i++) {
        int above = x.at(b, 2 * i, 0);
        int to = y.at(b, i, 0);
        for (int j = 0; j < y.w; j++) {
          poolPixel(x.values, above + 2 * j * x.pixel, x.pixel, x.row, y.values, to + j * y.pixel);
        }
      }
    }
  }

  private static void poolPixel(float[] x, int at, int pixel, int row, float[] y, int to) {
    for (int c = 0; c < pixel; c += V) {
      FloatVector above =
          FloatVector.fromArray(S, x, at + c).add(FloatVector.fromArray(S, x, at + pixel + c));
      FloatVector below =
          FloatVector.fromArray(S, x, at + row + c)
              .add(FloatVector.fromArray(S, x, at + row + pixel + c));
      above.add(below).mul(0.25f).intoArray(y, to + c);
    }
  }

  @Override
  public void upsample(Feature x, Feature y, boolean add) {
    for (int b = 0; b < y.n; b++) {
      for (int i = 0; i < y.h; i++) {
        int from = x.at(b, Math.min(i / 2, x.h - 1), 0);
        int to = y.at(b, i, 0);
        for (int j = 0; j < y.w; j += 2) {
          int source = from + Math.min(j / 2, x.w - 1) * x.pixel;
          int target = to + j * y.pixel;
          int right = j + 1 < y.w ? target + y.pixel : target; // the last of an odd row is alone
          if (add) {
            addPixel(x.values, source, y.values, target, right, y.pixel);
          } else {
            copyPixel(x.values, source, y.values, target, right, y.pixel);
          }
        }
      }
    }
  }

  private static void copyPixel(float[] x, int from, float[] y, int left, int right, int pixel) {
    for (int c = 0; c < pixel; c += V) {
      FloatVector values = FloatVector.fromArray(S, x, from + c);
      values.intoArray(y, left + c);
      values.intoArray(y, right + c);
    }
  }

  private static void addPixel(float[] x, int from, float[] y, int left, int right, int pixel) {
    for (int c = 0; c < pixel; c += V) {
      FloatVector values = FloatVector.fromArray(S, x, from + c);
      FloatVector sumLeft = FloatVector.fromArray(S, y, left + c).add(values);
      FloatVector sumRight = FloatVector.fromArray(S, y, right + c).add(values);
      sumLeft.intoArray(y, left + c);
      sumRight.intoArray(y, right + c); // the same once more where both are one pixel
    }
  }

  /** Seven pixels, two vectors of channels: all in registers. */
  private static void sevenByTwo(
      float[] x,
      int from,
      int pixel,
      int row,
      int channels,
      int k,
      float[] w,
      int first,
      float[] bias,
      int o,
      boolean add,
      float[] y,
      int to,
      int step) {
    float[] start = add ? y : bias;
    int begin = add ? to : o;
    int stride = add ? step : 0;
    FloatVector a0 = FloatVector.fromArray(S, start, begin);
    FloatVector b0 = FloatVector.fromArray(S, start, begin + V);
    FloatVector a1 = FloatVector.fromArray(S, start, begin + stride);
    FloatVector b1 = FloatVector.fromArray(S, start, begin + stride + V);
    FloatVector a2 = FloatVector.fromArray(S, start, begin + 2 * stride);
    FloatVector b2 = FloatVector.fromArray(S, start, begin + 2 * stride + V);
    FloatVector a3 = FloatVector.fromArray(S, start, begin + 3 * stride);
    FloatVector b3 = FloatVector.fromArray(S, start, begin + 3 * stride + V);
    FloatVector a4 = FloatVector.fromArray(S, start, begin + 4 * stride);
    FloatVector b4 = FloatVector.fromArray(S, start, begin + 4 * stride + V);
    FloatVector a5 = FloatVector.fromArray(S, start, begin + 5 * stride);
    FloatVector b5 = FloatVector.fromArray(S, start, begin + 5 * stride + V);
    FloatVector a6 = FloatVector.fromArray(S, start, begin + 6 * stride);
    FloatVector b6 = FloatVector.fromArray(S, start, begin + 6 * stride + V);
    int weight = first;
    for (int p = 0; p < k; p++) {
      for (int q = 0; q < k; q++) {
        int at = from + p * row + q * pixel;
        for (int c = 0; c < channels; c++) {
          FloatVector w0 = FloatVector.fromArray(S, w, weight + c * 2 * V);
          FloatVector w1 = FloatVector.fromArray(S, w, weight + c * 2 * V + V);
          FloatVector x0 = FloatVector.broadcast(S, x[at + c]);
          a0 = x0.fma(w0, a0);
          b0 = x0.fma(w1, b0);
          FloatVector x1 = FloatVector.broadcast(S, x[at + c + pixel]);
          a1 = x1.fma(w0, a1);
          b1 = x1.fma(w1, b1);
          FloatVector x2 = FloatVector.broadcast(S, x[at + c + 2 * pixel]);
          a2 = x2.fma(w0, a2);
          b2 = x2.fma(w1, b2);
          FloatVector x3 = FloatVector.broadcast(S, x[at + c + 3 * pixel]);
          a3 = x3.fma(w0, a3);
          b3 = x3.fma(w1, b3);
          FloatVector x4 = FloatVector.broadcast(S, x[at + c + 4 * pixel]);
          a4 = x4.fma(w0, a4);
          b4 = x4.fma(w1, b4);
          FloatVector x5 = FloatVector.broadcast(S, x[at + c + 5 * pixel]);
          a5 = x5.fma(w0, a5);
          b5 = x5.fma(w1, b5);
          FloatVector x6 = FloatVector.broadcast(S, x[at + c + 6 * pixel]);
          a6 = x6.fma(w0, a6);
          b6 = x6.fma(w1, b6);
        }
        weight += channels * 2 * V;
      }
    }
    a0.intoArray(y, to);
    b0.intoArray(y, to + V);
    a1.intoArray(y, to + step);
    b1.intoArray(y, to + step + V);
    a2.intoArray(y, to + 2 * step);
    b2.intoArray(y, to + 2 * step + V);
    a3.intoArray(y, to + 3 * step);
    b3.intoArray(y, to + 3 * step + V);
    a4.intoArray(y, to + 4 * step);
    b4.intoArray(y, to + 4 * step + V);
    a5.intoArray(y, to + 5 * step);
    b5.intoArray(y, to + 5 * step + V);
    a6.intoArray(y, to + 6 * step);
    b6.intoArray(y, to + 6 * step + V);
  }

  /** Where one vector of channels is left over. */
  private static void sevenByOne(
      float[] x,
      int from,
      int pixel,
      int row,
      int channels,
      int k,
      float[] w,
      int first,
      float[] bias,
      int o,
      boolean add,
      float[] y,
      int to,
      int step) {
    float[] start = add ? y : bias;
    int begin = add ? to : o;
    int stride = add ? step : 0;
    FloatVector a0 = FloatVector.fromArray(S, start, begin);
    FloatVector a1 = FloatVector.fromArray(S, start, begin + stride);
    FloatVector a2 = FloatVector.fromArray(S, start, begin + 2 * stride);
    FloatVector a3 = FloatVector.fromArray(S, start, begin + 3 * stride);
    FloatVector a4 = FloatVector.fromArray(S, start, begin + 4 * stride);
    FloatVector a5 = FloatVector.fromArray(S, start, begin + 5 * stride);
    FloatVector a6 = FloatVector.fromArray(S, start, begin + 6 * stride);
    int weight = first;
    for (int p = 0; p < k; p++) {
      for (int q = 0; q < k; q++) {
        int at = from + p * row + q * pixel;
        for (int c = 0; c < channels; c++) {
          FloatVector w0 = FloatVector.fromArray(S, w, weight + c * V);
          FloatVector x0 = FloatVector.broadcast(S, x[at + c]);
          a0 = x0.fma(w0, a0);
          FloatVector x1 = FloatVector.broadcast(S, x[at + c + pixel]);
          a1 = x1.fma(w0, a1);
          FloatVector x2 = FloatVector.broadcast(S, x[at + c + 2 * pixel]);
          a2 = x2.fma(w0, a2);
          FloatVector x3 = FloatVector.broadcast(S, x[at + c + 3 * pixel]);
          a3 = x3.fma(w0, a3);
          FloatVector x4 = FloatVector.broadcast(S, x[at + c + 4 * pixel]);
          a4 = x4.fma(w0, a4);
          FloatVector x5 = FloatVector.broadcast(S, x[at + c + 5 * pixel]);
          a5 = x5.fma(w0, a5);
          FloatVector x6 = FloatVector.broadcast(S, x[at + c + 6 * pixel]);
          a6 = x6.fma(w0, a6);
        }
        weight += channels * V;
      }
    }
    a0.intoArray(y, to);
    a1.intoArray(y, to + step);
    a2.intoArray(y, to + 2 * step);
    a3.intoArray(y, to + 3 * step);
    a4.intoArray(y, to + 4 * step);
    a5.intoArray(y, to + 5 * step);
    a6.intoArray(y, to + 6 * step);
  }

  /** A pixel at the end of a row. */
  private static void oneByTwo(
      float[] x,
      int from,
      int pixel,
      int row,
      int channels,
      int k,
      float[] w,
      int first,
      float[] bias,
      int o,
      boolean add,
      float[] y,
      int to) {
    float[] start = add ? y : bias;
    int begin = add ? to : o;
    FloatVector a0 = FloatVector.fromArray(S, start, begin);
    FloatVector b0 = FloatVector.fromArray(S, start, begin + V);
    int weight = first;
    for (int p = 0; p < k; p++) {
      for (int q = 0; q < k; q++) {
        int at = from + p * row + q * pixel;
        for (int c = 0; c < channels; c++) {
          FloatVector w0 = FloatVector.fromArray(S, w, weight + c * 2 * V);
          FloatVector w1 = FloatVector.fromArray(S, w, weight + c * 2 * V + V);
          FloatVector x0 = FloatVector.broadcast(S, x[at + c]);
          a0 = x0.fma(w0, a0);
          b0 = x0.fma(w1, b0);
        }
        weight += channels * 2 * V;
      }
    }
    a0.intoArray(y, to);
    b0.intoArray(y, to + V);
  }

  /** A pixel at the end of a row, where one vector of channels is left over. */
  private static void oneByOne(
      float[] x,
      int from,
      int pixel,
      int row,
      int channels,
      int k,
      float[] w,
      int first,
      float[] bias,
      int o,
      boolean add,
      float[] y,
      int to) {
    float[] start = add ? y : bias;
    int begin = add ? to : o;
    FloatVector a0 = FloatVector.fromArray(S, start, begin);
    int weight = first;
    for (int p = 0; p < k; p++) {
      for (int q = 0; q < k; q++) {
        int at = from + p * row + q * pixel;
        for (int c = 0; c < channels; c++) {
          FloatVector w0 = FloatVector.fromArray(S, w, weight + c * V);
          FloatVector x0 = FloatVector.broadcast(S, x[at + c]);
          a0 = x0.fma(w0, a0);
        }
        weight += channels * V;
      }
    }
    a0.intoArray(y, to);
  }
}
