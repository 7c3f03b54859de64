package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * DequantizeLinear of each operand, a convolution or product, what limits its result, and
 * QuantizeLinear become one {@link Quantized}. So do sums with one or two other dequantised values,
 * and the rounding between product and sums goes away. Without QuantizeLinear the result is of
 * floats. A mean becomes one where its result is quantised as its operand is.
 */
public final class FuseQuantized implements UnaryOperator<Graph> {
  private static final int MOST_ADDED = 2;

  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes().reversed()) { // of two products that are added, the later adds
      if (!rewriting.isChanged(node)) {
        Product product = Product.of(rewriting, node);
        if (product != null) {
          product.follow();
          if (!product.isMean() || product.keepsScale()) {
            product.replace();
          }
        }
      }
    }
    return rewriting.done();
  }

  /** A product with what it takes along. */
  private static final class Product {
    private final Rewriting rewriting;
    private final Graph graph;
    private final Node node;
    private final List<String> operands = new ArrayList<>();
    private final List<Node> taken = new ArrayList<>();
    private String end; // the value that it makes so far
    private float low = Float.NEGATIVE_INFINITY;
    private float high = Float.POSITIVE_INFINITY;
    private final List<Node> added = new ArrayList<>(); // which dequantise what is added
    private @Nullable Node last; // which quantises

    private Product(Rewriting rewriting, Node node) {
      this.rewriting = rewriting;
      this.graph = rewriting.graph;
      this.node = node;
      this.end = node.output();
    }

    /** The product that a node is; null where its operands are not whole numbers. */
    static @Nullable Product of(Rewriting rewriting, Node node) {
      boolean fits =
          switch (node.op()) {
            case Conv _, MatMul _ -> true;
            case Pool pool -> pool.kind() == PoolKind.AVERAGE;
            case Gemm gemm -> gemm.alpha() == 1 && gemm.beta() == 1 && !gemm.transposeA();
            default -> false;
          };
      if (!fits) {
        return null;
      }
      Product product = new Product(rewriting, node);
      for (int i = 0; i < node.inputs().size(); i++) {
        if (!product.addOperand(i)) {
          return null;
        }
      }
      return product;
    }

    boolean isMean() {
      return node.op() instanceof Pool;
    }

    /** Whether scale and zero point of the result are those of the first operand. */
    boolean keepsScale() {
      Node end = last;
      return end != null
          && graph.type(end.output()).element() == graph.type(operands.get(0)).element()
          && Quantities.areEqual(graph, operands.get(1), end.input(1), 1)
          && Quantities.areEqual(graph, operands.get(2), end.input(2), 0);
    }

    private boolean addOperand(int operand) {
      String value = node.input(operand);
      if (value.isEmpty()) {
        return true;
      }
      Node source = Quantities.dequantized(graph, value);
      if (source == null) {
        boolean bias = operand == 2 && graph.constant(value) != null;
        operands.addAll(List.of(value, "", ""));
        return bias;
      }
      boolean whole = graph.type(source.input(0)).element() == ElementType.I32;
      boolean fits = operand == 2 ? graph.constant(source.input(0)) != null : !whole;
      operands.addAll(List.of(source.input(0), source.input(1), source.input(2)));
      return fits && areAlong(source, operand);
    }

    /** Whether scales are one, or go along the axis that a product allows. */
    private boolean areAlong(Node source, int operand) {
      if (Quantities.isScalar(graph, source.input(1))) {
        return true;
      }
      TensorType type = graph.type(source.input(0));
      if (operand == 0 || !type.isKnown()) {
        return false;
      }
      int rank = type.sizes().length;
      long axis = ((DequantizeLinear) source.op()).axis();
      int wanted =
          Quantized.of(node.op(), operand == 2 ? 3 : 2, ElementType.F32).axis(operand, rank);
      return (axis < 0 ? axis + rank : axis) == wanted;
    }

    /** Takes the nodes behind it as far as they fit. */
    void follow() {
      while (last == null && graph.isPrivate(end)) {
        Node next = graph.consumers(end).getFirst();
        if (rewriting.isChanged(next) || !take(next)) {
          return;
        }
      }
    }

    private boolean take(Node next) {
      boolean first = next.input(0).equals(end);
      return switch (next.op()) {
        case QuantizeLinear op -> first && quantize(next, op);
        case Binary _ -> !isMean() && add(next, end) && takeAlong(next);
        default -> !isMean() && first && limit(next) && takeAlong(next);
      };
    }

    private boolean takeAlong(Node next) {
      taken.add(next);
      end = next.output();
      return true;
    }

    private boolean quantize(Node next, QuantizeLinear op) {
      ElementType type = graph.type(next.output()).element();
      boolean fits =
          op.block() == 0
              && Quantities.isScalar(graph, next.input(1))
              && (type == ElementType.U8 || type == ElementType.I8);
      if (!fits) {
        return false;
      }
      if (!isMean() && addsBehind(next)) {
        return true;
      }
      last = next;
      return takeAlong(next);
    }

    /** Takes a sum behind a pair that rounds what is added. */
    private boolean addsBehind(Node quantize) {
      String rounded = quantize.output();
      Node back = Patterns.reader(graph, rounded);
      boolean pair =
          back != null
              && back.op() instanceof DequantizeLinear op
              && op.block() == 0
              && back.input(0).equals(rounded)
              && graph.isPrivate(back.output());
      if (!pair
          || back == null
          || low > Float.NEGATIVE_INFINITY
          || high < Float.POSITIVE_INFINITY) {
        return false;
      }
      Node sum = graph.consumers(back.output()).getFirst();
      if (rewriting.isChanged(sum) || !endsQuantized(sum) || !add(sum, back.output())) {
        return false;
      }
      taken.addAll(List.of(quantize, back, sum));
      end = sum.output();
      return true;
    }

    private boolean add(Node sum, String value) {
      boolean adds = Summation.ofTwo(sum) && added.size() < MOST_ADDED;
      String other = sum.input(sum.input(0).equals(value) ? 1 : 0);
      Node source = adds ? Quantities.dequantized(graph, other) : null;
      boolean limited = low > Float.NEGATIVE_INFINITY || high < Float.POSITIVE_INFINITY;
      if (source == null
          || limited
          || other.equals(value)
          || graph.constant(source.input(0)) != null
          || graph.type(source.input(0)).element() == ElementType.I32
          || !Quantities.isScalar(graph, source.input(1))
          || graph.constant(source.input(1)) == null
          || !(source.input(2).isEmpty() || graph.constant(source.input(2)) != null)
          || !graph.type(other).isKnown()
          || !graph.type(other).equals(graph.type(sum.output()))
          || !graph.type(other).equals(graph.type(node.output()))
          || !endsQuantized(sum)) {
        return false;
      }
      added.add(source);
      return true;
    }

    /** Whether a sum is quantised at last, perhaps after another one, or limited before. */
    private boolean endsQuantized(Node sum) {
      String value = sum.output();
      while (graph.isPrivate(value)) {
        Node next = graph.consumers(value).getFirst();
        if (next.op() instanceof QuantizeLinear op) {
          return op.block() == 0 && Quantities.isScalar(graph, next.input(1));
        }
        boolean more =
            value.equals(sum.output()) && added.size() + 1 < MOST_ADDED && Summation.ofTwo(next);
        if (bounds(next) == null && !more) {
          return false;
        }
        value = next.output();
      }
      return false;
    }

    private boolean limit(Node next) {
      float[] bounds = bounds(next);
      if (bounds == null) {
        return false;
      }
      low = Math.min(Math.max(low, bounds[0]), bounds[1]);
      high = Math.max(Math.min(high, bounds[1]), low);
      return true;
    }

    /** The bounds that a node puts to a value; null where it does something else. */
    private float @Nullable [] bounds(Node next) {
      return switch (next.op()) {
        case Unary unary when unary.function() == UnaryFunction.RELU ->
            new float[] {0, Float.POSITIVE_INFINITY};
        case Clip _ -> clipped(next);
        default -> null;
      };
    }

    private float @Nullable [] clipped(Node next) {
      float[] bounds = {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY};
      for (int i = 0; i < 2; i++) {
        String bound = next.input(i + 1);
        TensorData data = graph.constant(bound);
        if (!bound.isEmpty() && (data == null || data.count() != 1)) {
          return null;
        }
        bounds[i] = data == null ? bounds[i] : (float) data.doubleAt(0);
      }
      return bounds[0] <= bounds[1] ? bounds : null;
    }

    void replace() {
      added.forEach(
          source -> operands.addAll(List.of(source.input(0), source.input(1), source.input(2))));
      ElementType to = ElementType.F32;
      if (last != null) {
        to = graph.type(last.output()).element();
        operands.add(last.input(1));
        operands.add(last.input(2));
        dropNeedlessLimits(last, to);
      }
      int count = (int) node.inputs().stream().filter(value -> !value.isEmpty()).count();
      Op op = new Quantized(node.op(), count, added.size(), low, high, to);
      taken.forEach(rewriting::remove);
      Node fused = new Node(node.name(), op, operands, List.of(end));
      // In the place of the last one: a sum may come long after the product.
      if (taken.isEmpty()) {
        rewriting.replace(node, fused);
      } else {
        rewriting.remove(node);
        rewriting.replace(taken.getLast(), fused);
      }
    }

    /** A limit at the end of the numbers that there are changes nothing. */
    private void dropNeedlessLimits(Node quantize, ElementType to) {
      TensorData scale = graph.constant(quantize.input(1));
      TensorData zero = graph.constant(quantize.input(2));
      if (scale == null || (zero == null && !quantize.input(2).isEmpty())) {
        return;
      }
      if (Quantities.quantized(low, scale, zero, to) == Quantities.least(to)) {
        low = Float.NEGATIVE_INFINITY;
      }
      if (Quantities.quantized(high, scale, zero, to) == Quantities.most(to)) {
        high = Float.POSITIVE_INFINITY;
      }
    }
  }
}
