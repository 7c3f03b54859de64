package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.OutputFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A function of each element becomes part of the octave convolution before it, where it is applied
 * to all that the convolution gives and nobody else reads that.
 */
public final class FuseActivations implements UnaryOperator<Graph> {
  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof OctaveConv op && op.function() == OutputFunction.NONE) {
        fuse(rewriting, node, op);
      }
    }
    return rewriting.done();
  }

  private static void fuse(Rewriting rewriting, Node node, OctaveConv op) {
    Graph graph = rewriting.graph;
    List<Node> functions = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    OutputFunction common = null;
    for (String output : node.outputs()) {
      if (output.isEmpty()) {
        outputs.add("");
        continue;
      }
      Node next = Patterns.reader(graph, output);
      OutputFunction function = next == null ? null : OutputFunction.of(graph, next);
      if (next == null || function == null || (common != null && common != function)) {
        return;
      }
      common = function;
      functions.add(next);
      outputs.add(next.output());
    }
    if (common != null) {
      functions.forEach(rewriting::remove);
      rewriting.replace(node, new Node(node.name(), op.function(common), node.inputs(), outputs));
    }
  }
}
