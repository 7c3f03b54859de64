package io.github.octconv4j.nn;

import io.github.octconv4j.graph.Node;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A layer of a network: what it is in the graph.
 *
 * @param inputs what it reads
 * @param nodes what computes it, in order
 * @param tensors that it needs, by the value of the graph that they are
 * @param multiplyAdds for one image; 0 for what does not multiply
 * @param output what it gives
 */
record LayerNodes(
    List<FeatureMap> inputs,
    List<Node> nodes,
    Map<String, Parameter> tensors,
    long multiplyAdds,
    FeatureMap output) {
  LayerNodes {
    inputs = List.copyOf(inputs);
    nodes = List.copyOf(nodes);
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }
}
