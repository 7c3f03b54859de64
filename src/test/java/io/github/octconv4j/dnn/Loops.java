package io.github.octconv4j.dnn;

import java.util.Arrays;
import java.util.Random;

/** Plain loops in double arithmetic: what oneDNN's results are compared with. */
final class Loops {
  private Loops() {}

  /**
   * A kernel's way over an image, always of three spatial dimensions; unused ones are 1.
   *
   * @param kernel size
   * @param stride step
   * @param dilation distance of kernel elements less one, as oneDNN counts
   * @param left padding before
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by no one
  record Geometry(long[] kernel, long[] stride, long[] dilation, long[] left) {
    /** Fills one- and two-dimensional numbers up to three, leading ones first. */
    static Geometry of(long[] kernel, long[] stride, long[] dilation, long[] left) {
      return new Geometry(
          lead(kernel, 3, 1), lead(stride, 3, 1), lead(dilation, 3, 0), lead(left, 3, 0));
    }

    /** The position in the image that kernel element {@code k} meets for output {@code o}. */
    private long at(int d, long o, long k) {
      return o * stride[d] - left[d] + k * (dilation[d] + 1);
    }
  }

  /** Returns {@code dims} with spatial dimensions of 1 put in until there are three. */
  static long[] image(long... dims) {
    return spread(dims, 2);
  }

  /** Returns {@code dims} with three dimensions after the first {@code fixed} ones. */
  static long[] spread(long[] dims, int fixed) {
    long[] spatial = lead(Arrays.copyOfRange(dims, fixed, dims.length), 3, 1);
    long[] all = Arrays.copyOf(dims, fixed + 3);
    System.arraycopy(spatial, 0, all, fixed, 3);
    return all;
  }

  private static long[] lead(long[] values, int length, long fill) {
    long[] all = new long[length];
    Arrays.fill(all, fill);
    System.arraycopy(values, 0, all, length - values.length, values.length);
    return all;
  }

  /** Offset of an element in a row-major tensor of five dimensions. */
  private static int at(long[] dims, long a, long b, long c, long d, long e) {
    return Math.toIntExact((((a * dims[1] + b) * dims[2] + c) * dims[3] + d) * dims[4] + e);
  }

  /**
   * Convolution.
   *
   * @param w (groups * oc/g, ic/g, kd, kh, kw)
   * @param bias one for each output channel, or null
   */
  static double[] convolution(
      float[] x, long[] xDims, float[] w, long groups, float[] bias, long[] yDims, Geometry g) {
    long ocg = yDims[1] / groups;
    long icg = xDims[1] / groups;
    long[] wDims = {yDims[1], icg, g.kernel[0], g.kernel[1], g.kernel[2]};
    double[] y = new double[product(yDims)];
    for (long n = 0; n < yDims[0]; n++) {
      for (long oc = 0; oc < yDims[1]; oc++) {
        for (long i = 0; i < yDims[2]; i++) {
          for (long j = 0; j < yDims[3]; j++) {
            for (long k = 0; k < yDims[4]; k++) {
              double sum = bias == null ? 0 : bias[(int) oc];
              for (long ic = 0; ic < icg; ic++) {
                for (long p = 0; p < g.kernel[0]; p++) {
                  for (long q = 0; q < g.kernel[1]; q++) {
                    for (long r = 0; r < g.kernel[2]; r++) {
                      long d = g.at(0, i, p);
                      long h = g.at(1, j, q);
                      long v = g.at(2, k, r);
                      if (inside(xDims, d, h, v)) {
                        sum +=
                            (double) x[at(xDims, n, oc / ocg * icg + ic, d, h, v)]
                                * w[at(wDims, oc, ic, p, q, r)];
                      }
                    }
                  }
                }
              }
              y[at(yDims, n, oc, i, j, k)] = sum;
            }
          }
        }
      }
    }
    return y;
  }

  /** Pooling by one of {@code POOLING_*}. */
  static double[] pooling(Algorithm algorithm, float[] x, long[] xDims, long[] yDims, Geometry g) {
    double[] y = new double[product(yDims)];
    for (long n = 0; n < yDims[0]; n++) {
      for (long c = 0; c < yDims[1]; c++) {
        for (long i = 0; i < yDims[2]; i++) {
          for (long j = 0; j < yDims[3]; j++) {
            for (long k = 0; k < yDims[4]; k++) {
              double max = Double.NEGATIVE_INFINITY;
              double sum = 0;
              int count = 0;
              for (long p = 0; p < g.kernel[0]; p++) {
                for (long q = 0; q < g.kernel[1]; q++) {
                  for (long r = 0; r < g.kernel[2]; r++) {
                    long d = g.at(0, i, p);
                    long h = g.at(1, j, q);
                    long w = g.at(2, k, r);
                    if (inside(xDims, d, h, w)) {
                      double value = x[at(xDims, n, c, d, h, w)];
                      max = Math.max(max, value);
                      sum += value;
                      count++;
                    }
                  }
                }
              }
              long all = g.kernel[0] * g.kernel[1] * g.kernel[2];
              y[at(yDims, n, c, i, j, k)] =
                  switch (algorithm) {
                    case POOLING_MAX -> max;
                    case POOLING_AVG_INCLUDE_PADDING -> sum / all;
                    case POOLING_AVG_EXCLUDE_PADDING -> sum / count;
                    default -> throw new IllegalArgumentException(algorithm.toString());
                  };
            }
          }
        }
      }
    }
    return y;
  }

  private static boolean inside(long[] dims, long d, long h, long w) {
    return d >= 0 && d < dims[2] && h >= 0 && h < dims[3] && w >= 0 && w < dims[4];
  }

  static int product(long... dims) {
    return Math.toIntExact(Arrays.stream(dims).reduce(1, Math::multiplyExact));
  }

  /** Numbers from -1 to 1. */
  static float[] random(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return values;
  }

  /** Whole numbers from -4 to 4: sums and products of them are exact. */
  static float[] whole(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(9) - 4;
    }
    return values;
  }

  static float[] iota(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i + 1;
    }
    return values;
  }

  static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
