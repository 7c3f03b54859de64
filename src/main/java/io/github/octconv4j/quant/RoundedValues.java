package io.github.octconv4j.quant;

import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.DepthToSpace;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.Reduce;
import io.github.octconv4j.graph.Reduction;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.SpaceToDepth;
import io.github.octconv4j.graph.Split;
import io.github.octconv4j.graph.Squeeze;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.graph.Unsqueeze;
import io.github.octconv4j.graph.pass.Summation;
import io.github.octconv4j.weights.ElementType;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The values that are rounded to 256 steps: what layers read, what is added to their results, and
 * what reaches these without being computed with. The latter have the steps of what they come from,
 * so that moving and repeating bytes changes nothing.
 */
final class RoundedValues {
  private final Graph graph;
  private final Set<String> names = new LinkedHashSet<>();
  private final Map<String, String> ties = new HashMap<>(); // to another of the same steps

  private RoundedValues(Graph graph) {
    this.graph = graph;
  }

  /** Those that products read. */
  static RoundedValues of(Graph graph, Collection<Node> products) {
    RoundedValues values = new RoundedValues(graph);
    for (Node product : products) {
      values.names.add(product.input(0));
      values.addSums(product.output());
    }
    values.addSources();
    return values;
  }

  /** Their names, in no order that means anything. */
  Set<String> names() {
    return names;
  }

  /**
   * The range of each value, the same for those that are tied.
   *
   * @param observed ranges of them and perhaps of others
   */
  Map<String, Span> tied(Map<String, Span> observed) {
    Map<String, Span> wide = new HashMap<>();
    for (String name : names) {
      Span own = observed.get(name);
      if (own != null) {
        wide.merge(end(name), own, Span::with);
      }
    }
    Map<String, Span> spans = new LinkedHashMap<>();
    names.forEach(
        name -> {
          Span span = wide.get(end(name));
          if (span != null) {
            spans.put(name, span);
          }
        });
    return spans;
  }

  private String end(String name) {
    String end = name;
    for (String next = ties.get(end); next != null; next = ties.get(end)) {
      end = next;
    }
    return end;
  }

  /** All summands of the sums that the result of a product flows into. */
  private void addSums(String result) {
    String value = result;
    while (graph.isPrivate(value)) {
      Node next = graph.consumers(value).getFirst();
      if (isSum(next)) {
        names.addAll(next.inputs());
      } else if (!moves(next.op())) {
        return;
      }
      value = next.output();
    }
  }

  private boolean isSum(Node node) {
    return Summation.ofTwo(node)
        && node.inputs().stream().noneMatch(value -> graph.constant(value) != null);
  }

  /** What moves elements into a rounded value reads rounded ones too. */
  private void addSources() {
    for (Node node : graph.nodes().reversed()) {
      for (String output : node.outputs()) {
        if (names.contains(output) && (moves(node.op()) || averages(node.op()))) {
          List<String> sources =
              node.op() instanceof Concat ? node.inputs() : List.of(node.input(0));
          sources.stream().filter(this::isRounded).forEach(source -> add(node, source, output));
        }
      }
    }
  }

  private boolean isRounded(String value) {
    TensorData constant = graph.constant(value);
    return constant == null && graph.type(value).element() == ElementType.F32;
  }

  private void add(Node node, String source, String output) {
    names.add(source);
    if (moves(node.op()) && !end(source).equals(end(output))) {
      ties.put(end(output), end(source));
    }
  }

  /** Whether results are elements of what is read, or means of a few. */
  private static boolean moves(Op op) {
    return switch (op) {
      case Pool pool -> pool.kind() != PoolKind.LP && !pool.countsPadding();
      case Resize resize -> resize.mode() == Resize.Mode.NEAREST;
      case Concat _, Reshape _, Flatten _, Squeeze _, Unsqueeze _, Transpose _ -> true;
      case Pad pad -> pad.mode() != PadMode.CONSTANT;
      case Slice _, Split _, DepthToSpace _, SpaceToDepth _ -> true;
      default -> false;
    };
  }

  /** Whether results are means of so many elements that they want finer steps. */
  private static boolean averages(Op op) {
    return op instanceof GlobalPool
        || (op instanceof Reduce reduce && reduce.reduction() == Reduction.MEAN);
  }
}
