package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.Resize;

/** Where elements of a resized axis come from. */
public final class Coordinates {
  private Coordinates() {}

  /** The place in the input that an element of the output stands for; may lie outside. */
  public static double of(Resize op, Resize.Axis axis, int i) {
    double in = axis.input();
    double scale = axis.scale();
    double out = scale * in; // not rounded
    return switch (op.coordinates()) {
      case HALF_PIXEL -> (i + 0.5) / scale - 0.5;
      case HALF_PIXEL_SYMMETRIC -> in / 2 * (1 - axis.output() / out) + (i + 0.5) / scale - 0.5;
      case PYTORCH_HALF_PIXEL -> axis.output() == 1 ? -0.5 : (i + 0.5) / scale - 0.5;
      case ALIGN_CORNERS -> out == 1 ? 0 : i * (in - 1) / (out - 1);
      case ASYMMETRIC -> i / scale;
      case TF_CROP_AND_RESIZE -> {
        double length = (axis.end() - axis.start()) * (in - 1);
        yield axis.start() * (in - 1) + (out == 1 ? length / 2 : i * length / (out - 1));
      }
    };
  }

  /** The element of the input that is taken for one of the output; may lie outside. */
  public static int nearest(Resize op, Resize.Axis axis, int i) {
    return nearest(op.nearest(), of(op, axis, i));
  }

  static int nearest(Resize.Nearest mode, double x) {
    return (int)
        switch (mode) {
          case ROUND_PREFER_FLOOR -> Math.ceil(x - 0.5);
          case ROUND_PREFER_CEIL -> Math.floor(x + 0.5);
          case FLOOR -> Math.floor(x);
          case CEIL -> Math.ceil(x);
        };
  }
}
