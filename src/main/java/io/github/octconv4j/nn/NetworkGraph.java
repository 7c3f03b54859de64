package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.NonFinite;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What {@link NetworkBuilder} made: a graph of operations whose weights are not known yet, the
 * tensors that it needs, and the layers that they belong to. Immutable.
 *
 * @since 0.1.0
 */
public final class NetworkGraph {
  private final List<FeatureMap> inputs;
  private final List<FeatureMap> outputs;
  private final List<LayerNodes> layers;
  private final Map<String, TensorData> constants;
  private final Graph graph;

  /**
   * Of the layers that outputs depend on.
   *
   * @param all layers in an order in which they can be computed
   * @param constants that nodes read beside weights
   */
  NetworkGraph(
      List<FeatureMap> inputs,
      List<LayerNodes> all,
      List<FeatureMap> outputs,
      Map<String, TensorData> constants) {
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    this.layers = needed(all, outputs);
    this.constants = new LinkedHashMap<>(constants);
    List<Value> values = new ArrayList<>(inputValues());
    layers.forEach(
        layer ->
            layer.tensors().forEach((value, tensor) -> values.add(new Value(value, type(tensor)))));
    this.graph = new Graph("network", values, this.constants, nodes(), outputValues());
  }

  /** Leaves out what the outputs do not depend on. */
  private static List<LayerNodes> needed(List<LayerNodes> all, List<FeatureMap> outputs) {
    Set<FeatureMap> wanted = new HashSet<>(outputs);
    List<LayerNodes> needed = new ArrayList<>();
    for (LayerNodes layer : all.reversed()) {
      if (wanted.contains(layer.output())) {
        needed.addFirst(layer);
        wanted.addAll(layer.inputs());
      }
    }
    return List.copyOf(needed);
  }

  private static TensorType type(Parameter tensor) {
    return TensorType.of(ElementType.F32, Parameter.unboxed(tensor.shape()));
  }

  private List<Value> inputValues() {
    List<Value> values = new ArrayList<>();
    for (FeatureMap map : inputs) {
      map.parts().forEach(part -> values.add(new Value(map.value(part), map.type(part))));
    }
    return values;
  }

  private List<String> outputValues() {
    return outputs.stream().flatMap(map -> map.parts().stream().map(map::value)).toList();
  }

  private List<Node> nodes() {
    return layers.stream().flatMap(layer -> layer.nodes().stream()).toList();
  }

  /** Returns the image, or the first of several inputs. */
  public FeatureMap input() {
    return inputs.getFirst();
  }

  /** Returns what the last layer gives, or the first of several outputs. */
  public FeatureMap output() {
    return outputs.getFirst();
  }

  /** Returns all inputs in the order in which they were added; unmodifiable. */
  public List<FeatureMap> inputs() {
    return inputs;
  }

  /** Returns all outputs in the order in which they were given; unmodifiable. */
  public List<FeatureMap> outputs() {
    return outputs;
  }

  /**
   * Returns the graph, whose inputs are the network's and, behind them, its weights. Its batch is
   * open, and so are its sizes until {@link Graph#bind} gives it.
   */
  public Graph graph() {
    return graph;
  }

  /**
   * The graph with weights, which are read when somebody asks for them and not kept.
   *
   * @param source what messages about them begin with: the file and a colon, or nothing
   */
  Graph bind(Parameters parameters, String source) {
    Map<String, TensorData> all = new LinkedHashMap<>(constants);
    for (LayerNodes layer : layers) {
      layer
          .tensors()
          .forEach(
              (value, tensor) ->
                  all.put(
                      value,
                      TensorData.lazy(
                          ElementType.F32,
                          () -> MemorySegment.ofArray(values(parameters, tensor, source)),
                          Parameter.unboxed(tensor.shape()))));
    }
    return new Graph("network", inputValues(), all, nodes(), outputValues());
  }

  /** Reads a tensor, whose values must be finite: oneDNN's activations turn NaN into numbers. */
  private static float[] values(Parameters parameters, Parameter tensor, String source) {
    float[] values = parameters.values(tensor);
    if (values == null || values.length != tensor.count()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "parameters must give %d values for tensor %s %s, gave %s",
              tensor.count(),
              Printable.text(tensor.name()),
              tensor.shape(),
              values == null ? "null" : values.length));
    }
    NonFinite.firstIn(values)
        .ifPresent(
            found -> {
              throw new IllegalArgumentException(
                  String.format(
                      Locale.ROOT,
                      "%stensor %s must be finite, was %s",
                      source,
                      tensor.name(),
                      found));
            });
    return values;
  }

  /** The values that layers give, by the layer's name with {@code .h} or {@code .l}. */
  Map<String, String> maps() {
    Map<String, String> maps = new LinkedHashMap<>();
    for (LayerNodes layer : layers) {
      FeatureMap map = layer.output();
      map.parts().forEach(part -> maps.put(map.name() + FeatureMap.suffix(part), map.value(part)));
    }
    return maps;
  }

  /** The layer that each node belongs to, by the node's name. */
  Map<String, String> layerNames() {
    Map<String, String> names = new HashMap<>();
    for (LayerNodes layer : layers) {
      layer.nodes().forEach(node -> names.put(node.name(), layer.output().name()));
    }
    return names;
  }

  /** Returns whether what the first output gives are probabilities, made by a softmax. */
  public boolean endsInSoftmax() {
    return layers.stream()
        .filter(layer -> layer.output().equals(output()))
        .anyMatch(
            layer ->
                layer.nodes().stream()
                    .anyMatch(node -> node.op() instanceof io.github.octconv4j.graph.Softmax));
  }

  /** Returns the tensors that the network needs, layer by layer. */
  public List<Parameter> parameters() {
    return layers.stream().flatMap(layer -> layer.tensors().values().stream()).toList();
  }

  /** Returns how many values training changes; statistics of batch norms don't count. */
  public long parameterCount() {
    return parameters().stream().filter(Parameter::isTrained).mapToLong(Parameter::count).sum();
  }

  /** Returns the multiply-adds of convolutions and linear layers for one image. */
  public long multiplyAdds() {
    return layers.stream().mapToLong(LayerNodes::multiplyAdds).sum();
  }

  /** Returns the elements of all feature maps that layers give, for one image. */
  public long elements() {
    return layers.stream().mapToLong(layer -> layer.output().elements()).sum();
  }

  /** Returns the layers' names and what they give, one a line. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (FeatureMap input : inputs) {
      text.append(text.isEmpty() ? "" : "\n").append(input.name());
      text.append(' ').append(input);
    }
    layers.forEach(
        layer ->
            text.append('\n').append(layer.output().name()).append(' ').append(layer.output()));
    return text.toString();
  }
}
