package io.github.octconv4j.nn;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.text.Printable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A network on its way: its inputs and layers so far, and the names that are taken. A layer is
 * added as a whole or not at all.
 */
final class NetworkDraft {
  private final List<FeatureMap> inputs = new ArrayList<>();
  private final List<LayerNodes> layers = new ArrayList<>();
  private final Set<String> names = new HashSet<>(); // of layers and inputs
  private final Map<String, String> owners = new HashMap<>(); // the layer of each tensor
  private final Set<String> values = new HashSet<>(); // of the graph
  private final Map<String, TensorData> constants = new LinkedHashMap<>(); // among the values

  /** A value's name that no other one has: this one where it is free. */
  String value(String wanted) {
    String name = wanted;
    for (int i = 2; !values.add(name); i++) {
      name = wanted + "~" + i;
    }
    return name;
  }

  /** The value of a constant. */
  String constant(TensorData data) {
    String name = value("constant");
    constants.put(name, data);
    return name;
  }

  /** The inputs, in the order in which they were added. */
  List<FeatureMap> inputs() {
    return inputs;
  }

  /** Adds an input; of two parts the values are named {@code name.h} and {@code name.l}. */
  FeatureMap addInput(String name, ChannelSplit channels, int height, int width) {
    OctaveShape shape = new LayerShapes(name).input(channels, height, width);
    requireFree(name);
    names.add(name);
    Map<Frequency, String> parts = new EnumMap<>(Frequency.class);
    for (Frequency frequency : Frequency.values()) {
      if (channels.of(frequency) > 0) {
        String suffix = channels.hasBoth() ? FeatureMap.suffix(frequency) : "";
        parts.put(frequency, value(name + suffix));
      }
    }
    FeatureMap map = new FeatureMap(this, name, channels, shape, parts);
    inputs.add(map);
    return map;
  }

  /**
   * Adds a layer.
   *
   * @param channels that it gives
   * @param shape of what it gives
   * @param read the maps that it reads
   * @param steps adds its nodes
   * @throws IllegalArgumentException if the name or one of its tensors is taken, if a map is
   *     another network's, or if tensors don't fit; the message begins with the layer
   */
  FeatureMap add(
      String name,
      ChannelSplit channels,
      OctaveShape shape,
      List<FeatureMap> read,
      Consumer<LayerDraft> steps) {
    requireFree(name);
    read.forEach(x -> requireOwn(name, x));
    Set<String> before = Set.copyOf(values);
    LayerDraft draft = new LayerDraft(name, this);
    try {
      steps.accept(draft); // tensors check themselves
      new LayerShapes(name).requireCountable(channels, shape);
      requireOwnTensors(name, draft);
    } catch (IllegalArgumentException e) {
      values.retainAll(before);
      constants.keySet().retainAll(before);
      String message = String.valueOf(e.getMessage());
      String begin = "layer " + Printable.text(name);
      throw message.startsWith(begin) ? e : new IllegalArgumentException(begin + ": " + message, e);
    }
    draft.nameOutputs();
    names.add(name);
    draft.parameters().forEach(tensor -> owners.put(tensor.name(), name));
    FeatureMap output = new FeatureMap(this, name, channels, shape, draft.outputs());
    layers.add(draft.done(read, output));
    return output;
  }

  private void requireFree(String name) {
    if (names.contains(name)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "there is a layer %s already", Printable.text(name)));
    }
  }

  private void requireOwn(String layer, FeatureMap x) {
    if (x.owner() != this) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s: %s belongs to another network",
              Printable.text(layer),
              Printable.text(x.name())));
    }
  }

  /** No tensor may be another layer's too, whose weights it would be then. */
  private void requireOwnTensors(String layer, LayerDraft draft) {
    for (Parameter tensor : draft.parameters()) {
      String owner = owners.get(tensor.name());
      if (owner != null) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "layer %s needs a tensor %s, which is one of layer %s already; give it another name",
                Printable.text(layer),
                Printable.text(tensor.name()),
                Printable.text(owner)));
      }
    }
  }

  /** The network with these outputs. */
  NetworkGraph done(List<FeatureMap> outputs) {
    for (FeatureMap output : outputs) {
      if (output.owner() != this || inputs.contains(output)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "an output must be a layer of this network, was %s: %s",
                Printable.text(output.name()),
                output));
      }
    }
    if (outputs.isEmpty() || Set.copyOf(outputs).size() < outputs.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a network needs an output, and each of them once, were [%s]",
              Printable.list(outputs.stream().map(FeatureMap::name).toList())));
    }
    return new NetworkGraph(inputs, layers, outputs, constants);
  }
}
