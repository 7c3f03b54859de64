package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Resampling;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.interpret.Coordinates;
import java.util.List;
import java.util.Map;

/** Resizing where oneDNN picks the same elements: pixels have their centres at a half in both. */
final class Resizing {
  private static final double ROUNDING = 1e-3;

  private Resizing() {}

  static boolean lower(Resize op, Node node, Lowering lowering) {
    String x = node.input(0);
    boolean nearest = op.mode() == Resize.Mode.NEAREST;
    boolean bytes = nearest && Storage.isByte(lowering.type(x));
    if (!bytes && !lowering.isNative(x)) {
      return false;
    }
    long[] dims = lowering.dims(x);
    if (dims.length < 3 || dims.length > 5) {
      return false;
    }
    List<Resize.Axis> axes =
        op.axes(
            dims,
            lowering.graph.constant(node.input(1)),
            lowering.graph.constant(node.input(2)),
            lowering.graph.constant(node.input(3)));
    for (int i = 0; i < axes.size(); i++) {
      if (i < 2 ? !isWhole(axes.get(i)) : !fits(op, axes.get(i))) {
        return false;
      }
    }
    FormatTag tag = FormatTag.channelsLast(dims.length);
    Operand source = lowering.in(x, tag);
    Operand y = lowering.output(node.output(), lowering.desc(node.output(), tag));
    lowering.add(
        node.name(),
        new Resampling(
            nearest ? Algorithm.RESAMPLING_NEAREST : Algorithm.RESAMPLING_LINEAR,
            source.desc(),
            y.desc()),
        Map.of(Arg.SRC, source, Arg.DST, y));
    return true;
  }

  private static boolean isWhole(Resize.Axis axis) {
    return axis.input() == axis.output() && axis.scale() == 1;
  }

  private static boolean fits(Resize op, Resize.Axis axis) {
    if (op.coordinates() == Resize.Coordinates.TF_CROP_AND_RESIZE) {
      return false;
    }
    return switch (op.mode()) {
      case NEAREST -> isSameChoice(op, axis);
      case LINEAR -> isSameMean(op, axis);
      case CUBIC -> false;
    };
  }

  /** Whether both take the same element for each one of the output. */
  private static boolean isSameChoice(Resize op, Resize.Axis axis) {
    for (int i = 0; i < axis.output(); i++) {
      double centre = centre(axis, i);
      double rest = Math.abs(centre + 0.5 - Math.rint(centre + 0.5));
      long chosen = Math.clamp(Coordinates.nearest(op, axis, i), 0L, axis.input() - 1);
      if (chosen != (long) Math.floor(centre + 0.5) || (rest < ROUNDING && rest > 0)) {
        return false;
      }
    }
    return true;
  }

  /** Whether both weigh the same elements, which follows from the same centres. */
  private static boolean isSameMean(Resize op, Resize.Axis axis) {
    if (op.antialias() && axis.scale() < 1) {
      return false;
    }
    for (int i = 0; i < axis.output(); i++) {
      double there = Math.clamp(Coordinates.of(op, axis, i), 0.0, axis.input() - 1.0);
      double here = Math.clamp(centre(axis, i), 0.0, axis.input() - 1.0);
      if (Math.abs(there - here) > 1e-6) {
        return false;
      }
    }
    return !op.excludeOutside();
  }

  /** Where oneDNN looks for an element of the output. */
  private static double centre(Resize.Axis axis, int i) {
    return (i + 0.5) * axis.input() / axis.output() - 0.5;
  }
}
