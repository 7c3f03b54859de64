package io.github.octconv4j.nn;

import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.pass.ExpandOctave;
import io.github.octconv4j.graph.pass.Passes;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.onnx.OnnxWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes a network with its weights as an ONNX model, for other libraries to run: input {@code
 * input} (n, c, h, w), output {@code output} (n, classes), batch norms folded. In this package
 * because graphs with weights are not public.
 */
public final class OnnxNetwork {
  private OnnxNetwork() {}

  /**
   * Returns the bytes of an ONNX file.
   *
   * @param batch images of a run
   */
  public static byte[] write(NetworkGraph network, Parameters parameters, int batch) {
    OctaveShape image = network.input().shape();
    long[] sizes = {batch, network.input().channels().total(), image.height(), image.width()};
    Graph bound = network.bind(parameters, "").bind(Map.of(network.input().name(), sizes));
    Graph graph = new ExpandOctave().apply(Passes.simplify(bound));
    List<Node> nodes = new ArrayList<>(graph.nodes());
    nodes.add(
        new Node("output", new Flatten(1), List.of(graph.outputs().getFirst()), List.of("output")));
    return OnnxWriter.toBytes(
        new Graph(graph.name(), graph.inputs(), graph.constants(), nodes, List.of("output")));
  }
}
