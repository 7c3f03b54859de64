package io.github.octconv4j.graph.interpret;

/**
 * An element between those of a plane: the weighted sum of some of them, put together axis by axis.
 * Elements outside of the plane are left out, so that they are 0.
 */
final class Sampler {
  private final int[] places;
  private final double[] weights;
  private int count;

  /**
   * A sampler.
   *
   * @param most elements that one is made of: the product over all axes
   */
  Sampler(int most) {
    this.places = new int[most];
    this.weights = new double[most];
  }

  /** Begins with the plane's first element. */
  void begin() {
    count = 1;
    places[0] = 0;
    weights[0] = 1;
  }

  /**
   * Takes elements along the next axis, outermost first.
   *
   * @param size elements of the axis
   * @param indices which, negative for one outside
   * @param factors of each
   */
  void axis(int size, int[] indices, double[] factors) {
    int before = count;
    int inside = 0;
    for (int index : indices) {
      inside += index < 0 ? 0 : 1;
    }
    count = before * inside;
    int to = count;
    for (int i = before - 1;
        i >= 0;
        i--) { // from behind, so that none is read after it was written
      int place = places[i] * size;
      double weight = weights[i];
      for (int j = indices.length - 1; j >= 0; j--) {
        if (indices[j] >= 0) {
          to--;
          places[to] = place + indices[j];
          weights[to] = weight * factors[j];
        }
      }
    }
  }

  /** The element of a plane. */
  double of(double[] values, int plane) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[i] * values[plane + places[i]];
    }
    return sum;
  }
}
