package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Identity;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.Squeeze;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.graph.Unsqueeze;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What only picks elements (the largest of windows, the nearest ones, parts, other shapes) works on
 * whole numbers: DequantizeLinear before it goes behind it. QuantizeLinear that would undo a
 * DequantizeLinear goes away with it.
 */
public final class SinkDequantized implements UnaryOperator<Graph> {
  @Override
  public Graph apply(Graph graph) {
    return new Sinking(graph).run();
  }

  /** Whether each element of an operation's result is one of its first input's elements. */
  static boolean picks(Node node) {
    Op op = node.op();
    return switch (op) {
      case Pool pool -> pool.kind() == PoolKind.MAX && node.outputs().size() == 1;
      case Resize resize ->
          resize.mode() == Resize.Mode.NEAREST
              && resize.coordinates() != Resize.Coordinates.TF_CROP_AND_RESIZE;
      case Pad pad -> pad.mode() == PadMode.EDGE;
      case Slice _, Reshape _, Flatten _, Squeeze _, Unsqueeze _, Transpose _, Identity _ -> true;
      default -> false;
    };
  }

  /** One graph. */
  private static final class Sinking {
    private final Graph graph;
    private final Map<String, Node> sources = new HashMap<>(); // which dequantise values
    private final Map<String, String> same = new HashMap<>(); // values that need not be made
    private final Map<String, ElementType> elements = new HashMap<>(); // of values made here
    private final Set<String> taken = new HashSet<>();
    private final List<Node> nodes = new ArrayList<>();
    private boolean changed;

    Sinking(Graph graph) {
      this.graph = graph;
      taken.addAll(graph.constants().keySet());
      graph.inputs().forEach(input -> taken.add(input.name()));
      graph.nodes().forEach(node -> taken.addAll(node.outputs()));
    }

    Graph run() {
      graph.nodes().forEach(this::add);
      return changed
          ? new DropDeadNodes()
              .apply(
                  new Graph(
                      graph.name(), graph.inputs(), graph.constants(), nodes, graph.outputs()))
          : graph;
    }

    private void add(Node given) {
      List<String> inputs =
          given.inputs().stream().map(value -> same.getOrDefault(value, value)).toList();
      Node node = new Node(given.name(), given.op(), inputs, given.outputs());
      Node source = node.inputs().isEmpty() ? null : sources.get(node.input(0));
      if (source != null && picks(node)) {
        sink(node, source);
      } else if (source != null && undoes(node, source)) {
        drop(node, source);
      } else {
        nodes.add(node);
        if (isSource(node)) {
          sources.put(node.output(), node);
        }
      }
    }

    private boolean isSource(Node node) {
      return node.op() instanceof DequantizeLinear op
          && op.block() == 0
          && graph.type(node.output()).element() == ElementType.F32
          && (element(node.input(0)) == ElementType.U8 || element(node.input(0)) == ElementType.I8)
          && graph.constant(node.input(0)) == null
          && Quantities.isScalar(graph, node.input(1))
          && Quantities.isScalar(graph, node.input(2));
    }

    private ElementType element(String value) {
      ElementType made = elements.get(value);
      return made == null ? graph.type(value).element() : made;
    }

    private void sink(Node node, Node source) {
      changed = true;
      String whole = name(node.output() + "_whole");
      List<String> inputs = new ArrayList<>(node.inputs());
      inputs.set(0, source.input(0));
      nodes.add(new Node(node.name(), node.op(), inputs, List.of(whole)));
      List<String> quantities = new ArrayList<>(source.inputs());
      quantities.set(0, whole);
      Node back = new Node(source.name(), source.op(), quantities, node.outputs());
      nodes.add(back);
      elements.put(whole, element(source.input(0)));
      sources.put(node.output(), back);
    }

    private boolean undoes(Node node, Node source) {
      return node.op() instanceof QuantizeLinear op
          && op.block() == 0
          && graph.type(node.output()).element() == element(source.input(0))
          && Quantities.areEqual(graph, source.input(1), node.input(1), 1)
          && Quantities.areEqual(graph, source.input(2), node.input(2), 0);
    }

    private void drop(Node node, Node source) {
      changed = true;
      if (graph.outputs().contains(node.output())) {
        nodes.add(new Node(node.name(), new Identity(), List.of(source.input(0)), node.outputs()));
      } else {
        same.put(node.output(), source.input(0));
      }
    }

    private String name(String base) {
      String name = base;
      for (int count = 0; !taken.add(name); count++) {
        name = base + "~" + count;
      }
      return name;
    }
  }
}
