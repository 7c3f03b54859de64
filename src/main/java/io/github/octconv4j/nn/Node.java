package io.github.octconv4j.nn;

import java.util.List;

/**
 * A layer with its place in a network.
 *
 * @param layer what is done
 * @param inputs what it reads
 * @param output what it gives
 */
record Node(Layer layer, List<FeatureMap> inputs, FeatureMap output) {
  Node {
    inputs = List.copyOf(inputs);
  }

  String name() {
    return output.name();
  }

  FeatureMap input() {
    return inputs.getFirst();
  }
}
