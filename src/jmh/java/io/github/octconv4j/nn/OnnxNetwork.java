package io.github.octconv4j.nn;

import io.github.octconv4j.bench.onnx.OctaveGraph;
import io.github.octconv4j.bench.onnx.OctaveMap;
import io.github.octconv4j.bench.onnx.OnnxGraph;
import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.octave.Activation;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a network with its weights as an ONNX model, for other libraries to run: input {@code
 * input} (n, c, h, w), output {@code output} (n, classes), batch norms folded. In this package
 * because layers are not public.
 */
public final class OnnxNetwork {
  private final NetworkGraph network;
  private final Weights weights;
  private final OnnxGraph onnx;
  private final OctaveGraph graph;
  private final Map<FeatureMap, OctaveMap> values = new HashMap<>();

  private OnnxNetwork(NetworkGraph network, Parameters parameters) {
    this.network = network;
    this.weights = new Weights("", parameters, false);
    this.onnx = new OnnxGraph("network");
    this.graph = new OctaveGraph(onnx);
  }

  /**
   * Returns the bytes of an ONNX file.
   *
   * @param batch images of a run
   * @throws IllegalArgumentException if a layer has no form here; the message names it
   */
  public static byte[] write(NetworkGraph network, Parameters parameters, int batch) {
    return new OnnxNetwork(network, parameters).write(batch);
  }

  private byte[] write(int batch) {
    FeatureMap image = network.input();
    int height = image.shape().height();
    int width = image.shape().width();
    String input = onnx.input("input", batch, image.channels().total(), height, width);
    values.put(image, new OctaveMap(input, null, height, width));
    network.nodes().forEach(node -> values.put(node.output(), add(node)));
    FeatureMap result = network.output();
    String output = onnx.node("Identity", values.get(result).high()).add("output");
    onnx.output(output, batch, result.channels().total());
    return onnx.toModel();
  }

  private OctaveMap add(Node node) {
    OctaveMap x = values.get(node.input());
    Layer layer = node.layer();
    if (layer instanceof ConvolutionLayer conv) {
      OctaveMap y =
          conv.stride() == 1
              ? graph.convolution(conv.spec(), conv.weights(weights), x)
              : graph.stridedConvolution(conv.spec(), conv.weights(weights), conv.stride(), x);
      return activated(node, y, conv.activation());
    }
    if (layer instanceof SumLayer sum) {
      return activated(node, graph.add(x, values.get(node.inputs().getLast())), sum.activation());
    }
    if (layer instanceof PoolLayer pool) {
      return graph.pool(
          pool.algorithm() == Algorithm.POOLING_MAX,
          Math.toIntExact(pool.window().kernel(0)),
          Math.toIntExact(pool.window().stride(0)),
          Math.toIntExact(pool.window().before(0)),
          x);
    }
    if (layer instanceof GlobalAverageLayer) {
      return graph.average(x);
    }
    if (layer instanceof ActivationLayer activation) {
      return activated(node, x, activation.activation());
    }
    if (layer instanceof LinearLayer linear && linear.in().low() == 0) {
      float[] kernel = weights.of(linear.parameters().getFirst());
      float[] bias = weights.of(linear.parameters().getLast());
      return activated(node, graph.linear(kernel, bias, x), linear.activation());
    }
    throw unknown(node, layer.toString());
  }

  private OctaveMap activated(Node node, OctaveMap x, Activation activation) {
    return switch (activation) {
      case NONE -> x;
      case RELU -> graph.relu(x);
      default -> throw unknown(node, activation.toString());
    };
  }

  private static IllegalArgumentException unknown(Node node, String what) {
    return new IllegalArgumentException(
        String.format(Locale.ROOT, "layer %s: there is no ONNX form of %s", node.name(), what));
  }
}
