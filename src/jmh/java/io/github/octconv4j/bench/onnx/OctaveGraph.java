package io.github.octconv4j.bench.onnx;

import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import java.util.Locale;
import java.util.function.UnaryOperator;

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

  /** Adds a ReLU to each part. */
  public OctaveMap relu(OctaveMap x) {
    return each(x, part -> graph.node("Relu", part).add());
  }

  /** Adds two maps of the same channels and size. */
  public OctaveMap add(OctaveMap a, OctaveMap b) {
    return new OctaveMap(
        sum(Frequency.HIGH, a.high(), b.high()),
        sum(Frequency.LOW, a.low(), b.low()),
        a.height(),
        a.width());
  }

  private String sum(Frequency frequency, String a, String b) {
    if ((a == null) != (b == null)) {
      throw new IllegalArgumentException("only one of the maps has channels of " + frequency);
    }
    return a == null ? null : graph.node("Add", a, b).add();
  }

  private static OctaveMap each(OctaveMap x, UnaryOperator<String> operator) {
    return new OctaveMap(
        x.high() == null ? null : operator.apply(x.high()),
        x.low() == null ? null : operator.apply(x.low()),
        x.height(),
        x.width());
  }

  /**
   * Adds a convolution of the high part, which is all there is, of any stride that moves the
   * kernel.
   */
  public OctaveMap stridedConvolution(
      OctaveConv2d spec, OctaveWeights weights, int stride, OctaveMap x) {
    String high = convolve(spec, weights, OctavePath.HH, x.high(), true, stride);
    int height = output(x.height(), spec.kernelHeight(), spec.dilationHeight(), vertical(spec));
    int width = output(x.width(), spec.kernelWidth(), spec.dilationWidth(), horizontal(spec));
    return new OctaveMap(high, null, (height - 1) / stride + 1, (width - 1) / stride + 1);
  }

  /** Adds a max or average pooling of square windows on each part; padding does not count. */
  public OctaveMap pool(boolean max, int kernel, int stride, int padding, OctaveMap x) {
    OctaveMap y =
        each(
            x,
            part ->
                graph
                    .node(max ? "MaxPool" : "AveragePool", part)
                    .ints("kernel_shape", kernel, kernel)
                    .ints("strides", stride, stride)
                    .ints("pads", padding, padding, padding, padding)
                    .add());
    return new OctaveMap(
        y.high(),
        y.low(),
        (x.height() + 2 * padding - kernel) / stride + 1,
        (x.width() + 2 * padding - kernel) / stride + 1);
  }

  /** Adds the mean of each channel of each part. */
  public OctaveMap average(OctaveMap x) {
    OctaveMap y = each(x, part -> graph.node("GlobalAveragePool", part).add());
    return new OctaveMap(y.high(), y.low(), 1, 1);
  }

  /**
   * Adds a fully connected layer on the high part, which is all there is.
   *
   * @param weights (out, channels)
   * @param bias one value for each output
   */
  public OctaveMap linear(float[] weights, float[] bias, OctaveMap x) {
    String flat = graph.node("Flatten", x.high()).integer("axis", 1).add();
    String y =
        graph
            .node(
                "Gemm",
                flat,
                constant(weights, bias.length, weights.length / bias.length),
                constant(bias, bias.length))
            .integer("transB", 1)
            .add();
    return new OctaveMap(y, null, 1, 1);
  }
}
