package io.github.octconv4j.bench.onnx;

import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import java.util.Locale;

/**
 * Building blocks of octave networks as an exporter writes them: AveragePool, Conv, Resize
 * (nearest, asymmetric, floor) and Add. Batch norm is expected to be folded into the weights.
 */
public final class OctaveGraph {
  private final OnnxGraph graph;
  private int constants;

  /** Adds blocks to a graph. */
  public OctaveGraph(OnnxGraph graph) {
    this.graph = graph;
  }

  /**
   * Adds an octave convolution, also one with a single frequency on either side. A stride of 2
   * pools both parts first.
   */
  public OctaveMap convolution(OctaveConv2d spec, OctaveWeights weights, OctaveMap x) {
    if (spec.sizeRule() != SizeRule.FLOOR || spec.strideRule() != StrideRule.POOL_ALL) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a graph follows SizeRule.FLOOR and StrideRule.POOL_ALL, the specification has %s and %s",
              spec.sizeRule(),
              spec.strideRule()));
    }
    OctaveMap source = spec.stride() == 2 ? halved(x) : x;
    int height =
        output(source.height(), spec.kernelHeight(), spec.dilationHeight(), vertical(spec));
    int width = output(source.width(), spec.kernelWidth(), spec.dilationWidth(), horizontal(spec));

    String high = null;
    if (spec.has(OctavePath.HH)) {
      high = convolve(spec, weights, OctavePath.HH, source.high(), true);
    }
    if (spec.has(OctavePath.LH)) {
      boolean first = high == null;
      String low = convolve(spec, weights, OctavePath.LH, source.low(), first);
      String up = upsample(low, height, width);
      high = first ? up : graph.node("Add", high, up).add();
    }
    String low = null;
    if (spec.has(OctavePath.LL)) {
      low = convolve(spec, weights, OctavePath.LL, source.low(), true);
    }
    if (spec.has(OctavePath.HL)) {
      boolean first = low == null;
      String part = convolve(spec, weights, OctavePath.HL, halved(source.high()), first);
      low = first ? part : graph.node("Add", low, part).add();
    }
    return new OctaveMap(high, low, height, width);
  }

  private static int vertical(OctaveConv2d spec) {
    return spec.padding().top() + spec.padding().bottom();
  }

  private static int horizontal(OctaveConv2d spec) {
    return spec.padding().left() + spec.padding().right();
  }

  private static int output(int size, int kernel, int dilation, int padding) {
    return size + padding - dilation * (kernel - 1);
  }

  /** One path's convolution; the first of an output has its bias. */
  private String convolve(
      OctaveConv2d spec, OctaveWeights weights, OctavePath path, String x, boolean first) {
    return convolve(spec, weights, path, x, first, 1);
  }

  private String convolve(
      OctaveConv2d spec,
      OctaveWeights weights,
      OctavePath path,
      String x,
      boolean first,
      int stride) {
    String kernel = constant(weights.kernel(path), spec.weightsShape(path));
    float[] bias = first ? weights.bias(path.destination()) : null;
    OnnxGraph.Node node =
        bias == null
            ? graph.node("Conv", x, kernel)
            : graph.node("Conv", x, kernel, constant(bias, bias.length));
    Padding p = spec.padding();
    return node.ints("kernel_shape", spec.kernelHeight(), spec.kernelWidth())
        .ints("pads", p.top(), p.left(), p.bottom(), p.right())
        .ints("dilations", spec.dilationHeight(), spec.dilationWidth())
        .ints("strides", stride, stride)
        .integer("group", spec.groups(path))
        .add();
  }

  private String constant(float[] values, long... dims) {
    return graph.constant("c" + constants++, values, dims);
  }

  /** 2x2 average with a stride of 2; a row or column too many is left out. */
  private String halved(String x) {
    return graph.node("AveragePool", x).ints("kernel_shape", 2, 2).ints("strides", 2, 2).add();
  }

  private OctaveMap halved(OctaveMap x) {
    return new OctaveMap(
        x.high() == null ? null : halved(x.high()),
        x.low() == null ? null : halved(x.low()),
        x.height() / 2,
        x.width() / 2);
  }

  /** Repeats each element twice; the last row and column once more where the size is odd. */
  private String upsample(String x, int height, int width) {
    String doubled =
        graph
            .node("Resize", x, "", constant(new float[] {1, 1, 2, 2}, 4))
            .text("mode", "nearest")
            .text("coordinate_transformation_mode", "asymmetric")
            .text("nearest_mode", "floor")
            .add();
    if (height % 2 == 0 && width % 2 == 0) {
      return doubled;
    }
    String pads = graph.constant("c" + constants++, 0, 0, 0, 0, 0, 0, height % 2, width % 2);
    return graph.node("Pad", doubled, pads).text("mode", "edge").add();
  }
}
