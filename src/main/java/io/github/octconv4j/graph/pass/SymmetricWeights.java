package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Constant weights of whole numbers become I8 without zero points where what they stand for fits;
 * else U8 become I8 with other zero points.
 */
public final class SymmetricWeights implements UnaryOperator<Graph> {
  private static final int WEIGHTS = 1;
  private static final int HALF = 128;

  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Quantized op) {
        change(rewriting, node, op);
      }
    }
    return rewriting.done();
  }

  private static void change(Rewriting rewriting, Node node, Quantized op) {
    int at = op.input(WEIGHTS);
    TensorData weights = rewriting.graph.constant(node.input(at));
    String zeroName = node.input(at + 2);
    TensorData zero = rewriting.graph.constant(zeroName);
    boolean bytes =
        weights != null
            && (weights.element() == ElementType.I8 || weights.element() == ElementType.U8);
    boolean done = weights != null && weights.element() == ElementType.I8 && zeroName.isEmpty();
    if (weights == null || !bytes || done || (zero == null && !zeroName.isEmpty())) {
      return;
    }
    List<String> inputs = new ArrayList<>(node.inputs());
    long[] zeros = new long[zero == null ? 1 : Math.toIntExact(zero.count())];
    for (int i = 0; i < zeros.length; i++) {
      zeros[i] = zero == null ? 0 : zero.longAt(i);
    }
    int axis = op.axis(WEIGHTS, weights.dims().length);
    TensorData shifted = shifted(weights, zeros, axis);
    if (shifted != null) {
      inputs.set(
          at, shifted == weights ? node.input(at) : rewriting.constant(node.input(at), shifted));
      inputs.set(at + 2, "");
    } else if (weights.element() == ElementType.U8) {
      TensorData half = shifted(weights, new long[] {HALF}, axis);
      inputs.set(at, rewriting.constant(node.input(at), Objects.requireNonNull(half)));
      byte[] others = new byte[zeros.length];
      for (int i = 0; i < others.length; i++) {
        others[i] = (byte) (zeros[i] - HALF);
      }
      long[] dims = zero == null ? new long[0] : zero.dims();
      inputs.set(
          at + 2,
          rewriting.constant(
              node.name() + ".zero",
              TensorData.of(ElementType.I8, MemorySegment.ofArray(others), dims)));
    } else {
      return;
    }
    rewriting.replace(node, new Node(node.name(), op, inputs, node.outputs()));
  }

  /** Weights less their zero points; null where those don't fit. */
  private static @Nullable TensorData shifted(TensorData weights, long[] zeros, int axis) {
    boolean none = true;
    for (long zero : zeros) {
      none &= zero == 0;
    }
    if (none && weights.element() == ElementType.I8) {
      return weights;
    }
    TensorType type = weights.type();
    long[] dims = type.sizes();
    long inner = 1;
    for (int d = axis + 1; d < dims.length; d++) {
      inner *= dims[d];
    }
    byte[] result = new byte[Math.toIntExact(weights.count())];
    for (int i = 0; i < result.length; i++) {
      int channel = zeros.length == 1 ? 0 : (int) (i / inner % dims[axis]);
      long value = weights.longAt(i) - zeros[channel];
      if (value < -HALF || value >= HALF) {
        return null;
      }
      result[i] = (byte) value;
    }
    return TensorData.of(ElementType.I8, MemorySegment.ofArray(result), dims);
  }
}
