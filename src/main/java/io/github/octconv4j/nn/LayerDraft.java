package io.github.octconv4j.nn;

import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.OutputFunction;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Frequency;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A layer on its way into a graph: its nodes, the tensors that they read, and what it gives. Values
 * of the high part end with {@code .h}, those of the low one with {@code .l}. Which nodes there are
 * say {@link ConvolutionNodes}, {@link PartNodes} and {@link VectorNodes}.
 */
final class LayerDraft {
  private final String name;
  private final NetworkDraft network;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Parameter> tensors = new LinkedHashMap<>();
  private final Map<Frequency, String> outputs = new EnumMap<>(Frequency.class);
  private long multiplyAdds;

  LayerDraft(String name, NetworkDraft network) {
    this.name = name;
    this.network = network;
  }

  /** The layer with its output. */
  LayerNodes done(List<FeatureMap> inputs, FeatureMap output) {
    return new LayerNodes(inputs, nodes, tensors, multiplyAdds, output);
  }

  /** Names what the layer gives after it: with {@code .h} and {@code .l} where it has two parts. */
  void nameOutputs() {
    for (Map.Entry<Frequency, String> output : outputs.entrySet()) {
      String old = output.getValue();
      if (nodes.stream().anyMatch(node -> node.outputs().contains(old))) {
        String suffix = outputs.size() > 1 ? FeatureMap.suffix(output.getKey()) : "";
        String value = network.value(name + suffix);
        nodes.replaceAll(
            node ->
                new Node(
                    node.name(),
                    node.op(),
                    renamed(node.inputs(), old, value),
                    renamed(node.outputs(), old, value)));
        output.setValue(value);
      }
    }
  }

  private static List<String> renamed(List<String> names, String old, String value) {
    return names.stream().map(name -> name.equals(old) ? value : name).toList();
  }

  /** The values that it gives, one for each part. */
  Map<Frequency, String> outputs() {
    return Collections.unmodifiableMap(outputs);
  }

  List<Parameter> parameters() {
    return List.copyOf(tensors.values());
  }

  /** Says which value one part of the output is. */
  void output(Frequency part, String value) {
    outputs.put(part, value);
  }

  /** Counts multiply-adds for one image. */
  void count(long more) {
    multiplyAdds += more;
  }

  /** The value of a tensor that the layer needs. */
  String tensor(Parameter parameter) {
    String value = network.value(parameter.name());
    tensors.put(value, parameter);
    return value;
  }

  String constant(TensorData data) {
    return network.constant(data);
  }

  String longs(long... numbers) {
    return constant(TensorData.ofLongs(numbers));
  }

  /** A new value of the layer, for a part of it. */
  String value(String part) {
    return network.value(name + "/" + part);
  }

  /** Adds a node of the layer's own name, which gives these values. */
  void add(Op op, List<String> inputs, List<String> results) {
    nodes.add(new Node(name, op, inputs, results));
  }

  /** Adds a node of the layer's own name. */
  String add(Op op, String... inputs) {
    return add("", op, inputs);
  }

  /** Adds a node that is a part of the layer; one without a name is the layer's own. */
  String add(String part, Op op, String... inputs) {
    String node = part.isEmpty() ? name : name + "/" + part;
    String output = value(part.isEmpty() ? op.name() : part);
    nodes.add(new Node(node, op, Arrays.asList(inputs), List.of(output)));
    return output;
  }

  /** Adds a function of a value; none adds nothing. */
  String activated(String x, Activation activation) {
    OutputFunction function =
        switch (activation) {
          case NONE -> OutputFunction.NONE;
          case RELU -> OutputFunction.RELU;
          case RELU6 -> OutputFunction.RELU6;
          case SILU -> OutputFunction.SWISH;
          case SIGMOID -> OutputFunction.SIGMOID;
          case TANH -> OutputFunction.TANH;
          case HARD_SIGMOID -> OutputFunction.HARD_SIGMOID;
          case HARD_SWISH -> OutputFunction.HARD_SWISH;
        };
    if (function == OutputFunction.NONE) {
      return x;
    }
    Op op = function.op();
    return op instanceof Clip
        ? add(
            op,
            x,
            constant(TensorData.of(new float[] {0})),
            constant(TensorData.of(new float[] {6})))
        : add(op, x);
  }

  /** Makes a part of the output from each part of a map. */
  void forParts(FeatureMap x, Function<Frequency, String> steps) {
    x.parts().forEach(part -> output(part, steps.apply(part)));
  }

  /** Adds one operation on each part of a map. */
  void addToParts(FeatureMap x, Op op) {
    forParts(x, part -> add(op, x.value(part)));
  }
}
