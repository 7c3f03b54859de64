package io.github.octconv4j.image;

import java.util.Arrays;

/** Resizes one axis of a plane of bytes in fixed point, with Pillow's weights and rounding. */
final class EightBitResize {
  private static final int FRACTION = 22; // bits of a weight

  private final int oldSize;
  private final int newSize;
  private final int[] first; // the first old pixel of each new one
  private final int[][] weights; // of it and its successors

  EightBitResize(int oldSize, int newSize, Interpolation interpolation) {
    this.oldSize = oldSize;
    this.newSize = newSize;
    this.first = new int[newSize];
    this.weights = new int[newSize][];
    double scale = (double) oldSize / newSize;
    double width = Math.max(scale, 1); // of the filter, which antialiases where it is above 1
    double support = interpolation.support() * width;
    for (int i = 0; i < newSize; i++) {
      double center = (i + 0.5) * scale;
      int from = (int) Math.max(0, center - support + 0.5);
      int to = (int) Math.min(oldSize, center + support + 0.5);
      double[] w = new double[to - from];
      double sum = 0;
      for (int k = 0; k < w.length; k++) {
        w[k] = interpolation.weight((k + from - center + 0.5) * (1 / width));
        sum += w[k];
      }
      first[i] = from;
      weights[i] = fixed(w, sum);
    }
  }

  private static int[] fixed(double[] weights, double sum) {
    int[] fixed = new int[weights.length];
    for (int k = 0; k < fixed.length; k++) {
      double weight = (sum != 0 ? weights[k] / sum : weights[k]) * (1 << FRACTION);
      fixed[k] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    return fixed;
  }

  /** Resizes rows: (height, old size) to (height, new size). */
  byte[] across(byte[] plane, int height) {
    if (newSize == oldSize) {
      return plane;
    }
    byte[] resized = new byte[height * newSize];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < newSize; x++) {
        int[] w = weights[x];
        int from = y * oldSize + first[x];
        int sum = 1 << (FRACTION - 1);
        for (int k = 0; k < w.length; k++) {
          sum += w[k] * (plane[from + k] & 0xFF);
        }
        resized[y * newSize + x] = rounded(sum);
      }
    }
    return resized;
  }

  /** Resizes columns: (old size, width) to (new size, width). */
  byte[] down(byte[] plane, int width) {
    if (newSize == oldSize) {
      return plane;
    }
    byte[] resized = new byte[newSize * width];
    int[] sums = new int[width];
    for (int y = 0; y < newSize; y++) {
      Arrays.fill(sums, 1 << (FRACTION - 1));
      int[] w = weights[y];
      for (int k = 0; k < w.length; k++) {
        int from = (first[y] + k) * width;
        for (int x = 0; x < width; x++) {
          sums[x] += w[k] * (plane[from + x] & 0xFF);
        }
      }
      for (int x = 0; x < width; x++) {
        resized[y * width + x] = rounded(sums[x]);
      }
    }
    return resized;
  }

  private static byte rounded(int sum) {
    return (byte) Math.clamp(sum >> FRACTION, 0, 255);
  }
}
