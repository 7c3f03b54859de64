package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.NonMaxSuppression;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Picks boxes that don't overlap. */
final class Boxes {
  private Boxes() {}

  static TensorData suppress(NonMaxSuppression op, Call call) {
    TensorData boxes = call.in(0);
    TensorData scores = call.in(1);
    long most = (long) call.scalar(2, 0);
    double overlap = call.scalar(3, 0);
    double least = call.scalar(4, Double.NEGATIVE_INFINITY);
    int images = (int) scores.dims()[0];
    int classes = (int) scores.dims()[1];
    int count = (int) scores.dims()[2];
    List<long[]> chosen = new ArrayList<>();
    for (int lane = 0; lane < images * classes; lane++) {
      int image = lane / classes;
      long first = (long) lane * count;
      List<Integer> order =
          IntStream.range(0, count)
              .boxed()
              .filter(i -> scores.doubleAt(first + i) > least)
              .sorted(Comparator.comparingDouble(i -> -scores.doubleAt(first + i)))
              .toList();
      List<double[]> kept = new ArrayList<>();
      for (int i : order) {
        double[] box = corners(boxes, ((long) image * count + i) * 4, op.centered());
        if (kept.size() < most && kept.stream().allMatch(k -> shared(k, box) <= overlap)) {
          kept.add(box);
          chosen.add(new long[] {image, lane % classes, i});
        }
      }
    }
    Output y = new Output(ElementType.I64, chosen.size(), 3);
    for (int i = 0; i < y.count(); i++) {
      y.set(i, chosen.get(i / 3)[i % 3]);
    }
    return y.done();
  }

  /** Left, top, right, bottom. */
  private static double[] corners(TensorData boxes, long at, boolean centered) {
    double a = boxes.doubleAt(at);
    double b = boxes.doubleAt(at + 1);
    double c = boxes.doubleAt(at + 2);
    double d = boxes.doubleAt(at + 3);
    if (centered) {
      return new double[] {a - c / 2, b - d / 2, a + c / 2, b + d / 2};
    }
    return new double[] {Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)};
  }

  /** The intersection's share of the union. */
  private static double shared(double[] a, double[] b) {
    double width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
    double height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
    double both = width > 0 && height > 0 ? width * height : 0;
    double union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both;
    return union > 0 ? both / union : 0;
  }
}
