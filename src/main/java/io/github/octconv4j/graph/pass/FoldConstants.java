package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Operands;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Shape;
import io.github.octconv4j.graph.Size;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Computes what depends on no input: constants, and shapes where the sizes of the inputs are known.
 * What would be large is left to the run. Floats that are only moved, such as parts of weights, or
 * stand as whole numbers somewhere, are computed when somebody asks for them and not kept.
 */
public final class FoldConstants implements UnaryOperator<Graph> {
  private static final long MOST_BYTES = 1 << 20; // of a result that is larger than its inputs

  private final Interpreter interpreter = Interpreter.ofHeap();

  @Override
  public Graph apply(Graph graph) {
    Map<String, TensorData> constants = new LinkedHashMap<>(graph.constants());
    Map<String, TensorType> types = new HashMap<>();
    graph.inputs().forEach(input -> types.put(input.name(), input.type()));
    constants.forEach((name, data) -> types.put(name, data.type()));
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      List<@Nullable TensorType> in = new ArrayList<>();
      List<@Nullable TensorData> known = new ArrayList<>();
      for (String input : node.inputs()) {
        in.add(types.get(input));
        known.add(constants.get(input));
      }
      List<TensorType> out = node.op().infer(Operands.of(in, known, node.outputs().size()));
      List<TensorData> computed = compute(node, in, known, out);
      for (int i = 0; i < out.size(); i++) {
        String output = node.outputs().get(i);
        if (!output.isEmpty()) {
          types.put(output, computed.isEmpty() ? out.get(i) : computed.get(i).type());
          if (!computed.isEmpty()) {
            constants.put(output, computed.get(i));
          }
        }
      }
      if (computed.isEmpty()) {
        nodes.add(node);
      }
    }
    return new Graph(graph.name(), graph.inputs(), constants, nodes, graph.outputs());
  }

  /** Reads what is moved first: what is wrong with it is not the node's fault. */
  private MemorySegment moved(Node node, List<@Nullable TensorData> known, long most) {
    List<@Nullable TensorData> read = new ArrayList<>();
    for (TensorData data : known) {
      read.add(data == null ? null : TensorData.of(data.element(), data.segment(), data.dims()));
    }
    return interpreter.apply(node, read, most).getFirst().segment();
  }

  /** The outputs, or nothing where they are not known or not worth it. */
  private List<TensorData> compute(
      Node node,
      List<@Nullable TensorType> in,
      List<@Nullable TensorData> known,
      List<TensorType> out) {
    if (node.op() instanceof Shape shape && in.getFirst() != null && in.getFirst().isKnown()) {
      return List.of(TensorData.ofLongs(shape.of(in.getFirst().sizes())));
    }
    if (node.op() instanceof Size && in.getFirst() != null && in.getFirst().isKnown()) {
      long count = 1;
      for (long dim : in.getFirst().sizes()) {
        count = Math.multiplyExact(count, dim);
      }
      return List.of(TensorData.of(new long[] {count}));
    }
    boolean whole = node.op() instanceof DequantizeLinear; // of bytes: four times as large
    long allowed = MOST_BYTES;
    for (int i = 0; i < known.size(); i++) {
      TensorData data = known.get(i);
      if (data == null && !node.input(i).isEmpty()) {
        return List.of();
      }
      long size = data == null ? 0 : data.element().bytes(data.count());
      allowed += whole ? Float.BYTES * size : size;
    }
    long bytes = 0;
    for (TensorType type : out) {
      long count = type.isKnown() ? 1 : Long.MAX_VALUE;
      for (long dim : type.isKnown() ? type.sizes() : new long[0]) {
        count = dim == 0 || count == 0 ? 0 : Math.min(count, Long.MAX_VALUE / 16 / dim) * dim;
      }
      bytes += type.element().bytes(Math.min(count, Long.MAX_VALUE / 64));
    }
    if (bytes > allowed || bytes < 0) {
      return List.of();
    }
    boolean moves = whole || node.op() instanceof Slice || node.op() instanceof Reshape;
    if (moves && out.getFirst().element() == ElementType.F32 && out.getFirst().isKnown()) {
      long most = allowed;
      return List.of(
          TensorData.lazy(ElementType.F32, () -> moved(node, known, most), out.getFirst().sizes()));
    }
    return interpreter.apply(node, known, allowed);
  }
}
