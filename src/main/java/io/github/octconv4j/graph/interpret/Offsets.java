package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.WindowAxis;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where an element of all windows stands when each is moved by itself, and what it reads there. */
final class Offsets {
  private final List<WindowAxis> axes;
  private final TensorData offsets;
  private final @Nullable TensorData factors;
  private final int outputs;
  private final Sampler sampler = new Sampler(4);
  private final int[] indices = new int[2];
  private final double[] weights = new double[2];

  /**
   * Those of an image.
   *
   * @param offsets for each element two planes: down, and right
   * @param factors a plane for each element, or null
   * @param outputs elements of a plane
   */
  Offsets(List<WindowAxis> axes, TensorData offsets, @Nullable TensorData factors, int outputs) {
    this.axes = axes;
    this.offsets = offsets;
    this.factors = factors;
    this.outputs = outputs;
  }

  /**
   * Reads one element of all windows.
   *
   * @param element which plane of the factors
   * @param k which element of the window
   * @param plane where the plane that is read begins in x
   * @param to where the plane that is written begins in y
   */
  void read(long element, int k, double[] x, int plane, double[] y, int to) {
    int columns = (int) axes.get(1).output();
    int width = (int) axes.get(1).kernel();
    for (int o = 0; o < outputs; o++) {
      sampler.begin();
      axis(0, k / width, o / columns, offsets.doubleAt(2 * element * outputs + o));
      axis(1, k % width, o % columns, offsets.doubleAt((2 * element + 1) * outputs + o));
      double factor = factors == null ? 1 : factors.doubleAt(element * outputs + o);
      y[to + o] = factor * sampler.of(x, plane);
    }
  }

  private void axis(int i, int k, int window, double offset) {
    WindowAxis axis = axes.get(i);
    long regular = window * axis.stride() - axis.begin() + k * axis.dilation();
    double at = regular + offset;
    double first = Math.floor(at);
    for (int j = 0; j < 2; j++) {
      boolean inside = first + j >= 0 && first + j < axis.input();
      indices[j] = inside ? (int) first + j : -1;
    }
    weights[1] = at - first;
    weights[0] = 1 - weights[1];
    sampler.axis((int) axis.input(), indices, weights);
  }
}
