package io.github.octconv4j.bench;

import io.github.octconv4j.graph.AutoPad;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.OutputFunction;
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
import java.util.List;

/**
 * One octave convolution as a graph, for other libraries to run: inputs {@code x_h} and {@code
 * x_l}, outputs {@code y_h} and {@code y_l}, as far as there are any.
 */
public final class LayerGraph {
  private LayerGraph() {}

  /** Makes the graph of a layer for inputs of a size. */
  public static Graph of(OctaveConv2d spec, OctaveWeights weights, OctaveShape input) {
    GraphBuilder builder = new GraphBuilder("octave");
    List<String> inputs = new ArrayList<>();
    inputs.add(
        spec.in().high() == 0
            ? ""
            : image(builder, "x_h", spec.in().high(), input, input.height(), input.width()));
    inputs.add(
        spec.in().low() == 0
            ? ""
            : image(builder, "x_l", spec.in().low(), input, input.lowHeight(), input.lowWidth()));
    for (OctavePath path :
        List.of(OctavePath.HH, OctavePath.HL, OctavePath.LH, OctavePath.LL)) { // as OctaveConv
      inputs.add(
          spec.has(path)
              ? builder.constant(TensorData.of(weights.kernel(path), spec.weightsShape(path)))
              : "");
    }
    for (Frequency frequency : List.of(Frequency.HIGH, Frequency.LOW)) {
      float[] bias = weights.bias(frequency);
      inputs.add(bias == null ? "" : builder.constant(TensorData.of(bias, bias.length)));
    }
    String high = spec.out().high() == 0 ? "" : "y_h";
    String low = spec.out().low() == 0 ? "" : "y_l";
    builder.add(new Node("octave", operation(spec), inputs, List.of(high, low)));
    return builder.output(present(high, low)).build();
  }

  private static String[] present(String... values) {
    return List.of(values).stream().filter(value -> !value.isEmpty()).toArray(String[]::new);
  }

  private static String image(
      GraphBuilder builder, String name, int channels, OctaveShape input, int height, int width) {
    return builder.input(
        name, TensorType.of(ElementType.F32, input.batch(), channels, height, width));
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
        spec.strideRule() == StrideRule.KEEP_LOW,
        spec.sizeRule() == SizeRule.CEIL,
        OutputFunction.NONE);
  }
}
