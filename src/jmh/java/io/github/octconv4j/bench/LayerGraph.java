package io.github.octconv4j.bench;

import io.github.octconv4j.graph.AutoPad;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.OutputFunction;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One octave convolution as a graph, for other libraries and the interpreter to run: inputs {@code
 * x_h} and {@code x_l}, outputs {@code y_h} and {@code y_l}, as far as there are any.
 */
public final class LayerGraph {
  private LayerGraph() {}

  /** Makes the graph of a layer for inputs of a size. */
  public static Graph of(OctaveConv2d spec, OctaveWeights weights, OctaveShape input) {
    Map<OctavePath, TensorData> kernels = new EnumMap<>(OctavePath.class);
    for (OctavePath path : spec.paths()) {
      kernels.put(path, TensorData.of(weights.kernel(path), spec.weightsShape(path)));
    }
    Map<Frequency, TensorData> biases = new EnumMap<>(Frequency.class);
    for (Frequency frequency : Frequency.values()) {
      float[] bias = weights.bias(frequency);
      if (bias != null) {
        biases.put(frequency, TensorData.of(bias, bias.length));
      }
    }
    return of(spec, kernels, biases, input, ElementType.F32);
  }

  /** Makes the graph of a layer whose weights, inputs and outputs are of a type. */
  static Graph of(
      OctaveConv2d spec,
      Map<OctavePath, TensorData> kernels,
      Map<Frequency, TensorData> biases,
      OctaveShape input,
      ElementType type) {
    GraphBuilder builder = new GraphBuilder("octave");
    List<String> inputs = new ArrayList<>();
    for (Frequency frequency : Frequency.values()) {
      int channels = spec.in().of(frequency);
      String name = frequency == Frequency.HIGH ? "x_h" : "x_l";
      TensorType image = TensorType.of(type, dims(input, frequency, channels));
      inputs.add(channels == 0 ? "" : builder.input(name, image));
    }
    for (OctavePath path :
        List.of(OctavePath.HH, OctavePath.HL, OctavePath.LH, OctavePath.LL)) { // as OctaveConv
      inputs.add(spec.has(path) ? builder.constant(kernels.get(path)) : "");
    }
    for (Frequency frequency : Frequency.values()) {
      TensorData bias = biases.get(frequency);
      inputs.add(bias == null ? "" : builder.constant(bias));
    }
    List<String> outputs = new ArrayList<>();
    for (Frequency frequency : Frequency.values()) {
      String name = frequency == Frequency.HIGH ? "y_h" : "y_l";
      outputs.add(spec.out().of(frequency) == 0 ? "" : name);
    }
    long[] odd = odd(spec, input);
    if (odd[0] + odd[1] > 0 && outputs.getFirst().equals("y_h")) {
      builder.add(new Node("octave", operation(spec), inputs, List.of("up", outputs.getLast())));
      builder.add(edge(builder, spec, odd));
    } else {
      builder.add(new Node("octave", operation(spec), inputs, outputs));
    }
    outputs.removeIf(String::isEmpty);
    return builder.output(outputs.toArray(String[]::new)).build();
  }

  private static long[] dims(OctaveShape shape, Frequency frequency, int channels) {
    return frequency == Frequency.HIGH
        ? new long[] {shape.batch(), channels, shape.height(), shape.width()}
        : new long[] {shape.batch(), channels, shape.lowHeight(), shape.lowWidth()};
  }

  /** Whether rows and columns are odd that are halved and repeated, and no high part says so. */
  private static long[] odd(OctaveConv2d spec, OctaveShape input) {
    boolean pools = spec.stride() == 2 && spec.strideRule() == StrideRule.POOL_ALL;
    return spec.in().high() == 0 && pools
        ? new long[] {input.lowHeight() % 2, input.lowWidth() % 2}
        : new long[] {0, 0};
  }

  /** Repeats the last row or column once more, or leaves out its second copy. */
  private static Node edge(GraphBuilder builder, OctaveConv2d spec, long[] odd) {
    long rows = odd[0];
    long columns = odd[1];
    if (spec.sizeRule() == SizeRule.FLOOR) {
      String pads = builder.constant(TensorData.ofLongs(0, 0, 0, 0, 0, 0, rows, columns));
      return new Node("edge", new Pad(PadMode.EDGE), List.of("up", pads), List.of("y_h"));
    }
    String starts = builder.constant(TensorData.ofLongs(0, 0));
    String ends =
        builder.constant(
            TensorData.ofLongs(
                rows == 0 ? Long.MAX_VALUE : -rows, columns == 0 ? Long.MAX_VALUE : -columns));
    String axes = builder.constant(TensorData.ofLongs(2, 3));
    return new Node("edge", new Slice(), List.of("up", starts, ends, axes), List.of("y_h"));
  }

  private static OctaveConv operation(OctaveConv2d spec) {
    boolean halves = spec.stride() == 2 && spec.strideRule() != StrideRule.MOVE_KERNEL;
    long stride = halves ? 1 : spec.stride();
    Padding p = spec.padding();
    Window window =
        new Window(
            AutoPad.NOTSET,
            List.of((long) spec.kernelHeight(), (long) spec.kernelWidth()),
            List.of(stride, stride),
            List.of((long) spec.dilationHeight(), (long) spec.dilationWidth()),
            List.of((long) p.top(), (long) p.left(), (long) p.bottom(), (long) p.right()),
            false);
    return new OctaveConv(
        window,
        halves,
        halves && spec.strideRule() == StrideRule.KEEP_LOW,
        spec.sizeRule() == SizeRule.CEIL,
        OutputFunction.NONE);
  }
}
