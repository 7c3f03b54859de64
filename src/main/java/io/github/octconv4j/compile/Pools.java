package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Pooling;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.Reduce;
import io.github.octconv4j.graph.Reduction;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.WindowAxis;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Means and maxima of windows, and over whole images. */
final class Pools {
  private Pools() {}

  static boolean pool(Pool op, Node node, Lowering lowering) {
    boolean indices = node.outputs().size() > 1 && !node.outputs().get(1).isEmpty();
    boolean bytes = Storage.isByte(lowering.type(node.input(0)));
    boolean fits = bytes ? op.kind() == PoolKind.MAX : lowering.isNative(node.input(0));
    return fits && !indices && windows(op, node, lowering);
  }

  /** Means of whole numbers that keep scale and zero point: what they stand for has the same. */
  static boolean quantized(Pool op, Node node, Lowering lowering) {
    return Storage.isByte(lowering.type(node.input(0)))
        && lowering.type(node.input(0)).element() == lowering.type(node.output()).element()
        && windows(op, node, lowering);
  }

  private static boolean windows(Pool op, Node node, Lowering lowering) {
    if (!hasAxes(node, lowering)) {
      return false;
    }
    long[] x = lowering.dims(node.input(0));
    List<WindowAxis> axes =
        op.window().axes(Convolutions.spatial(x), toArray(op.window().kernel()));
    Algorithm algorithm = algorithm(op, axes);
    if (algorithm == null || !Windows.fit(axes) || !axes.stream().allMatch(Pools::meetsInput)) {
      return false;
    }
    FormatTag tag = FormatTag.channelsLast(x.length);
    Operand source = lowering.in(node.input(0), tag);
    Operand y = lowering.output(node.output(), lowering.desc(node.output(), tag));
    Window window = Windows.of(axes);
    if (lowering.workers > 1 && x.length == 4) {
      lowering.octave.pool(node.name(), algorithm, window, source, y);
    } else {
      add(node, algorithm, source, y, window, lowering);
    }
    return true;
  }

  private static long[] toArray(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static boolean isImage(Node node, Lowering lowering) {
    return lowering.isNative(node.input(0))
        && lowering.isNative(node.output())
        && hasAxes(node, lowering);
  }

  private static boolean hasAxes(Node node, Lowering lowering) {
    int rank = lowering.dims(node.input(0)).length;
    return rank >= 3 && rank <= 5;
  }

  private static @Nullable Algorithm algorithm(Pool op, List<WindowAxis> axes) {
    return switch (op.kind()) {
      case MAX -> Algorithm.POOLING_MAX;
      case LP -> null;
      case AVERAGE -> {
        boolean padded = axes.stream().anyMatch(axis -> axis.begin() > 0 || axis.end() > 0);
        if (!op.countsPadding() || !padded) {
          yield Algorithm.POOLING_AVG_EXCLUDE_PADDING;
        }
        // What a last window of ceil mode reaches beyond the padding does not count.
        boolean inside = axes.stream().allMatch(axis -> Windows.after(axis) <= axis.end());
        yield inside ? Algorithm.POOLING_AVG_INCLUDE_PADDING : null;
      }
    };
  }

  /** Whether each window has an element of the input. */
  private static boolean meetsInput(WindowAxis axis) {
    return axis.dilation() == 1
        ? axis.begin() < axis.kernel()
            && (axis.output() - 1) * axis.stride() - axis.begin() < axis.input()
        : axis.begin() == 0 && Windows.after(axis) <= 0;
  }

  static boolean global(GlobalPool op, Node node, Lowering lowering) {
    Algorithm algorithm = op.kind() == PoolKind.LP ? null : whole(op.kind() == PoolKind.MAX);
    if (algorithm == null || !isImage(node, lowering)) {
      return false;
    }
    String value = node.input(0);
    define(
        node,
        lowering.placement.parts(value) > 1
            ? addParts(node, algorithm, lowering)
            : addWhole(node, algorithm, lowering),
        lowering);
    return true;
  }

  /** Each worker takes the part of the channels that it has made. */
  private static Operand addParts(Node node, Algorithm algorithm, Lowering lowering) {
    String value = node.input(0);
    int parts = lowering.placement.parts(value);
    long[] dims = lowering.dims(value);
    Arrays.fill(dims, 2, dims.length, 1);
    Operand y = lowering.builder.temporary(node.output(), lowering.desc(FormatTag.NHWC, dims));
    Window whole = Window.of(Convolutions.spatial(lowering.dims(value)));
    lowering.builder.sideBySide(
        parts,
        part -> {
          Operand to = Objects.requireNonNull(Lowering.channels(y, part, parts));
          add(node, algorithm, lowering.part(value, part), to, whole, lowering);
        });
    return y;
  }

  /** Reduces over all that is behind images and channels. */
  static boolean reduce(Reduce op, Node node, Lowering lowering) {
    String x = node.input(0);
    boolean mean = op.reduction() == Reduction.MEAN;
    if ((!mean && op.reduction() != Reduction.MAX)
        || !lowering.isNative(x)
        || !lowering.isNative(node.output())) {
      return false;
    }
    int rank = lowering.type(x).sizes().length;
    TensorData axes = lowering.graph.constant(node.input(1));
    if (rank < 3 || rank > 5 || (axes == null && !node.input(1).isEmpty())) {
      return false;
    }
    boolean[] reduced = op.reduced(rank, axes == null ? new long[0] : axes.toLongs());
    for (int i = 0; i < rank; i++) {
      if (reduced[i] != i >= 2) {
        return false;
      }
    }
    define(node, addWhole(node, whole(!mean), lowering), lowering);
    return true;
  }

  private static Algorithm whole(boolean max) {
    return max ? Algorithm.POOLING_MAX : Algorithm.POOLING_AVG_EXCLUDE_PADDING;
  }

  private static void define(Node node, Operand pooled, Lowering lowering) {
    lowering.define(node.output(), pooled.view(lowering.rows(lowering.dims(node.output()))));
  }

  private static Operand addWhole(Node node, Algorithm algorithm, Lowering lowering) {
    long[] x = lowering.dims(node.input(0));
    FormatTag tag = FormatTag.channelsLast(x.length);
    long[] dims = x.clone();
    Arrays.fill(dims, 2, dims.length, 1);
    Operand source = lowering.in(node.input(0), tag);
    if (Arrays.equals(x, dims)) {
      return source;
    }
    Operand y = lowering.builder.temporary(node.output(), lowering.desc(tag, dims));
    add(node, algorithm, source, y, Window.of(Convolutions.spatial(x)), lowering);
    return y;
  }

  private static void add(
      Node node, Algorithm algorithm, Operand x, Operand y, Window window, Lowering lowering) {
    MemoryDesc src = x.desc();
    lowering.add(
        node.name(), new Pooling(algorithm, src, y.desc(), window), Map.of(Arg.SRC, x, Arg.DST, y));
  }
}
