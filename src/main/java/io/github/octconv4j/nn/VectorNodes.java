package io.github.octconv4j.nn;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.Softmax;
import io.github.octconv4j.graph.SoftmaxKind;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Unsqueeze;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Frequency;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The nodes of layers on vectors: maps of one pixel, which are rows of a matrix while they are
 * multiplied.
 *
 * @param layer that gets them
 */
record VectorNodes(LayerDraft layer) {
  private String rows(String x) {
    return layer.add("rows", new Flatten(1), x);
  }

  private String pixels(String x) {
    return layer.add("pixels", new Unsqueeze(), x, layer.longs(2, 3));
  }

  void softmax(FeatureMap x) {
    String rows = rows(x.value(Frequency.HIGH));
    String y = layer.add(new Softmax(SoftmaxKind.SOFTMAX, 1), rows);
    layer.output(Frequency.HIGH, pixels(y));
  }

  void linear(FeatureMap x, Parameter weight, Parameter bias, int out, Activation activation) {
    layer.count((long) x.channels().total() * out);
    Map<Frequency, String> in = new EnumMap<>(Frequency.class);
    x.parts().forEach(part -> in.put(part, rows(x.value(part))));
    String y = product("", in, x.channels(), layer.tensor(weight), layer.tensor(bias));
    layer.output(Frequency.HIGH, pixels(layer.activated(y, activation)));
  }

  /** {@code x * weights^T + bias}, a product for each part of the input. */
  private String product(
      String name, Map<Frequency, String> in, ChannelSplit channels, String weight, String bias) {
    Gemm gemm = new Gemm(1, 1, false, true);
    if (!channels.hasBoth()) {
      return layer.add(name, gemm, in.values().iterator().next(), weight, bias);
    }
    String high = columns(weight, 0, channels.high());
    String low = columns(weight, channels.high(), channels.total());
    String first = layer.add(name + ".h", gemm, in.getOrDefault(Frequency.HIGH, ""), high, bias);
    String second = layer.add(name + ".l", gemm, in.getOrDefault(Frequency.LOW, ""), low);
    return layer.add(name + ".sum", new Binary(BinaryFunction.ADD), first, second);
  }

  private String columns(String matrix, long first, long end) {
    return layer.add(
        "columns", new Slice(), matrix, layer.longs(first), layer.longs(end), layer.longs(1));
  }

  private String channels(String value, long first, long end) {
    return layer.add(
        "channels", new Slice(), value, layer.longs(first), layer.longs(end), layer.longs(0));
  }

  /**
   * Squeeze and excitation: {@code y = x * sigmoid(W_2 relu(W_1 mean(x) + b_1) + b_2)}, channel by
   * channel. The means of both parts, the high ones first, go through one excitation. Source: Hu et
   * al., "Squeeze-and-Excitation Networks", CVPR 2018.
   *
   * @param parameters weight and bias of the first linear layer, and of the second
   */
  void squeezeExcitation(FeatureMap x, int squeezed, List<Parameter> parameters) {
    ChannelSplit channels = x.channels();
    layer.count(2L * squeezed * channels.total());
    List<String> given = parameters.stream().map(layer::tensor).toList();
    Map<Frequency, String> means = new EnumMap<>(Frequency.class);
    for (Frequency part : x.parts()) {
      Op mean = new GlobalPool(PoolKind.AVERAGE, 0);
      means.put(part, rows(layer.add("mean" + FeatureMap.suffix(part), mean, x.value(part))));
    }
    String first = matrix(given.get(0), squeezed, channels.total());
    String second = matrix(given.get(2), channels.total(), squeezed);
    String inner = product("fc1", means, channels, first, given.get(1));
    String relu = layer.add("relu", Unary.of(UnaryFunction.RELU), inner);
    layer.forParts(x, part -> scaled(x, part, relu, second, given.get(3)));
  }

  private String matrix(String weights, long rows, long columns) {
    return layer.add("matrix", new Reshape(false), weights, layer.longs(rows, columns));
  }

  private String scaled(FeatureMap x, Frequency part, String inner, String weights, String bias) {
    ChannelSplit channels = x.channels();
    String w = weights;
    String b = bias;
    if (channels.hasBoth()) {
      long from = part == Frequency.HIGH ? 0 : channels.high();
      long to = from + channels.of(part);
      w = channels(weights, from, to);
      b = channels(bias, from, to);
    }
    Gemm gemm = new Gemm(1, 1, false, true);
    String excited = layer.add("fc2" + FeatureMap.suffix(part), gemm, inner, w, b);
    String scale = pixels(layer.add("gate", Unary.of(UnaryFunction.SIGMOID), excited));
    return layer.add(new Binary(BinaryFunction.MUL), x.value(part), scale);
  }
}
