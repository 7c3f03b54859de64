package io.github.octconv4j.compile;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.WindowAxis;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.Groups;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An octave convolution of a graph, as the package {@code octave} specifies it.
 *
 * @param node the node, an {@link OctaveConv}
 * @param spec the convolution
 * @param input its size, with the batch
 * @param output the size of what it gives
 */
record Layer(Node node, OctaveConv2d spec, OctaveShape input, OctaveShape output) {
  /** The node's input that has the weights of a path. */
  private static final Map<OctavePath, Integer> WEIGHTS =
      new EnumMap<>(Map.of(OctavePath.HH, 2, OctavePath.HL, 3, OctavePath.LH, 4, OctavePath.LL, 5));

  /** What a node is; null where it can't be specified so. */
  static @Nullable Layer of(Graph graph, Node node) {
    if (!(node.op() instanceof OctaveConv op)) {
      return null;
    }
    long[] xHigh = dims(graph, node.input(0));
    long[] xLow = dims(graph, node.input(1));
    long[] yHigh = dims(graph, output(node, 0));
    long[] yLow = dims(graph, output(node, 1));
    long[] x = xHigh.length > 0 ? xHigh : xLow;
    if (x.length != 4 || !hasConstants(graph, node)) {
      return null;
    }
    try {
      ChannelSplit in = new ChannelSplit(channels(xHigh), channels(xLow));
      ChannelSplit out = new ChannelSplit(channels(yHigh), channels(yLow));
      SizeRule rule = op.ceil() ? SizeRule.CEIL : SizeRule.FLOOR;
      OctaveConv2d spec = spec(graph, node, op, in, out, x, rule);
      if (spec == null) {
        return null;
      }
      int n = Math.toIntExact(x[0]);
      int rows = Math.toIntExact(x[2]);
      int columns = Math.toIntExact(x[3]);
      OctaveShape input =
          xHigh.length == 0
              ? new OctaveShape(n, 2 * rows, 2 * columns, rows, columns)
              : xLow.length == 0
                  ? OctaveShape.of(n, rows, columns, rule)
                  : new OctaveShape(n, rows, columns, toInt(xLow[2]), toInt(xLow[3]));
      OctaveShape output = spec.outputShape(input);
      boolean fits =
          (yHigh.length == 0 || isSize(yHigh, output.height(), output.width()))
              && (yLow.length == 0 || isSize(yLow, output.lowHeight(), output.lowWidth()));
      return fits ? new Layer(node, spec, input, output) : null;
    } catch (IllegalArgumentException | ArithmeticException e) {
      return null; // sizes, groups or padding that the package has no form of
    }
  }

  private static @Nullable OctaveConv2d spec(
      Graph graph,
      Node node,
      OctaveConv op,
      ChannelSplit in,
      ChannelSplit out,
      long[] x,
      SizeRule rule) {
    long groups = 0;
    boolean depthwise = isDepthwise(graph, node, in, out);
    long[] kernel = {};
    for (OctavePath path : OctavePath.values()) {
      long[] w = dims(graph, node.input(Objects.requireNonNull(WEIGHTS.get(path))));
      if (w.length == 0 || out.of(path.destination()) == 0) {
        continue;
      }
      long[] size = Arrays.copyOfRange(w, 2, w.length);
      long its = in.of(path.source()) / w[1];
      if ((kernel.length > 0 && !Arrays.equals(kernel, size)) || size.length != 2) {
        return null;
      }
      kernel = size;
      groups = groups == 0 || groups == its ? its : -1;
    }
    if (kernel.length == 0 || (groups < 1 && !depthwise)) {
      return null;
    }
    List<WindowAxis> axes = op.window().axes(Arrays.copyOfRange(x, 2, 4), kernel);
    WindowAxis rows = axes.get(0);
    WindowAxis columns = axes.get(1);
    boolean moves = rows.stride() > 1 || columns.stride() > 1;
    if (rows.stride() != columns.stride()) {
      return null;
    }
    OctaveConv2d spec =
        new OctaveConv2d(
            in,
            out,
            toInt(kernel[0]),
            toInt(kernel[1]),
            op.halves() ? 2 : toInt(rows.stride()),
            new Padding(
                toInt(rows.begin()),
                toInt(columns.begin()),
                toInt(rows.end()),
                toInt(columns.end())),
            toInt(rows.dilation()),
            toInt(columns.dilation()),
            depthwise ? Groups.DEPTHWISE : Groups.of(toInt(groups)),
            moves
                ? StrideRule.MOVE_KERNEL
                : op.keepsLow() ? StrideRule.KEEP_LOW : StrideRule.POOL_ALL,
            rule);
    for (OctavePath path : OctavePath.values()) {
      boolean has =
          !node.input(Objects.requireNonNull(WEIGHTS.get(path))).isEmpty()
              && out.of(path.destination()) > 0;
      if (has != spec.has(path)) {
        return null;
      }
    }
    return spec;
  }

  /** Whether each channel of both inputs is convolved alone, without exchange. */
  private static boolean isDepthwise(Graph graph, Node node, ChannelSplit in, ChannelSplit out) {
    long[] high = dims(graph, node.input(2));
    long[] low = dims(graph, node.input(5));
    return in.hasBoth()
        && out.hasBoth()
        && node.input(3).isEmpty()
        && node.input(4).isEmpty()
        && high.length > 1
        && low.length > 1
        && high[1] == 1
        && low[1] == 1;
  }

  private static boolean hasConstants(Graph graph, Node node) {
    for (int i = 2; i < OctaveConv.SUMMANDS; i++) {
      TensorData data = graph.constant(node.input(i));
      boolean floats = data != null && Storage.isNative(data.type());
      if (!node.input(i).isEmpty() && !floats) {
        return false;
      }
    }
    return true;
  }

  private static String output(Node node, int index) {
    return index < node.outputs().size() ? node.outputs().get(index) : "";
  }

  /** The dimensions of a value of floats, none where there is no such value. */
  private static long[] dims(Graph graph, String value) {
    return value.isEmpty() || !Storage.isNative(graph.type(value))
        ? new long[0]
        : graph.type(value).sizes();
  }

  private static int channels(long[] dims) {
    return dims.length == 0 ? 0 : toInt(dims[1]);
  }

  private static int toInt(long size) {
    return Math.toIntExact(size);
  }

  private static boolean isSize(long[] dims, int height, int width) {
    return dims[2] == height && dims[3] == width;
  }

  OctaveConv op() {
    return (OctaveConv) node.op();
  }

  /** The high and the low input; empty for none. */
  List<String> inputs() {
    return List.of(node.input(0), node.input(1));
  }

  /** What is added to the high and to the low output; empty for nothing. */
  List<String> summands() {
    return List.of(node.input(OctaveConv.SUMMANDS), node.input(OctaveConv.SUMMANDS + 1));
  }

  boolean isSum() {
    return summands().stream().anyMatch(summand -> !summand.isEmpty());
  }

  /** The high and the low output; empty for none. */
  List<String> outputs() {
    return List.of(output(node, 0), output(node, 1));
  }

  /** An output; empty for none. */
  String output(Frequency frequency) {
    return output(node, frequency == Frequency.HIGH ? 0 : 1);
  }

  /** The value that has the weights of a path. */
  String weights(OctavePath path) {
    return node.input(Objects.requireNonNull(WEIGHTS.get(path)));
  }

  Activation activation() {
    return switch (op().function()) {
      case NONE -> Activation.NONE;
      case RELU -> Activation.RELU;
      case RELU6 -> Activation.RELU6;
      case SWISH -> Activation.SILU;
      case SIGMOID -> Activation.SIGMOID;
      case TANH -> Activation.TANH;
      case HARD_SIGMOID -> Activation.HARD_SIGMOID;
      case HARD_SWISH -> Activation.HARD_SWISH;
    };
  }

  /** The numbers of all weights. */
  long weightCount() {
    long count = 0;
    for (OctavePath path : spec.paths()) {
      count += Arrays.stream(spec.weightsShape(path)).reduce(1, Math::multiplyExact);
    }
    return count;
  }

  /** The numbers of all that an image's input and output hold. */
  long elements() {
    return elements(spec.in(), input) + elements(spec.out(), output);
  }

  private static long elements(ChannelSplit channels, OctaveShape shape) {
    return (long) channels.high() * shape.height() * shape.width()
        + (long) channels.low() * shape.lowHeight() * shape.lowWidth();
  }
}
