package io.github.octconv4j.image;

/** Which old pixels, with which weights, make each new pixel when one axis is resized. */
final class AxisWeights {
  private final int[] first; // the first old pixel of each new one
  private final float[][] weights; // and the weights of it and its successors, which add up to 1

  private AxisWeights(int[] first, float[][] weights) {
    this.first = first;
    this.weights = weights;
  }

  static AxisWeights of(int oldSize, int newSize) {
    AxisWeights axis = new AxisWeights(new int[newSize], new float[newSize][]);
    for (int i = 0; i < newSize; i++) {
      if (newSize < oldSize) {
        axis.average(i, oldSize, newSize);
      } else {
        axis.interpolate(i, oldSize, newSize);
      }
    }
    return axis;
  }

  /**
   * The new pixel i.
   *
   * @param offset of the axis' first old pixel in {@code values}
   * @param step from one old pixel of the axis to the next
   */
  float apply(float[] values, int offset, int step, int i) {
    float[] w = weights[i];
    float sum = 0;
    for (int k = 0; k < w.length; k++) {
      sum += w[k] * values[offset + (first[i] + k) * step];
    }
    return sum;
  }

  /** In units of 1/newSize of an old pixel, where all borders are integers. */
  private void average(int i, int oldSize, int newSize) {
    long begin = (long) i * oldSize;
    long end = begin + oldSize;
    int from = (int) (begin / newSize);
    int to = (int) ((end + newSize - 1) / newSize);
    first[i] = from;
    weights[i] = new float[to - from];
    for (int k = from; k < to; k++) {
      long left = Math.max(begin, (long) k * newSize);
      long right = Math.min(end, (k + 1L) * newSize);
      weights[i][k - from] = (float) (right - left) / oldSize;
    }
  }

  private void interpolate(int i, int oldSize, int newSize) {
    double center = (i + .5) * oldSize / newSize - .5;
    double inside = Math.clamp(center, 0, oldSize - 1.);
    int left = (int) inside;
    float share = (float) (inside - left);
    first[i] = left;
    weights[i] = share == 0 ? new float[] {1} : new float[] {1 - share, share};
  }
}
