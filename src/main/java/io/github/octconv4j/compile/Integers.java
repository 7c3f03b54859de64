package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Quantization;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** What all steps on whole numbers need, and which of them pay. */
final class Integers {
  private static final int WEIGHTS = 1;

  private Integers() {}

  /**
   * Whether an operation on whole numbers has a fast and exact kernel here. Weights of a product
   * are constant, symmetric for convolutions, and where the processor adds products of bytes in 16
   * bits they are narrow and the source is U8.
   */
  static boolean isFast(Graph graph, Node node) {
    if (!(node.op() instanceof Quantized op)) {
      return false;
    }
    if (op.op() instanceof Pool pool) {
      return isExact(graph, node, pool);
    }
    TensorData weights = graph.constant(node.input(op.input(WEIGHTS)));
    boolean plain =
        weights != null
            && weights.element() == ElementType.I8
            && isConstant(graph, node.input(op.input(WEIGHTS) + 1))
            && (node.input(op.input(WEIGHTS) + 2).isEmpty() || isOneOfProduct(graph, node, op));
    if (weights == null || !plain || !hasBias(graph, node, op)) {
      return false;
    }
    ElementType source = graph.type(node.input(0)).element();
    return !CpuIsa.addsBytesShort() || (source == ElementType.U8 && isNarrow(weights));
  }

  /**
   * Whether means of the whole numbers themselves are right: the result has their scale and zero
   * point, and where a mean is half way between two, which of an odd number it never is, the even
   * one above the zero point has to be an even number.
   */
  private static boolean isExact(Graph graph, Node node, Pool pool) {
    TensorData zero = graph.constant(node.input(2));
    boolean even = zero == null ? node.input(2).isEmpty() : zero.longAt(0) % 2 == 0;
    long count = pool.window().kernel().stream().reduce(1L, Math::multiplyExact);
    return graph.type(node.input(0)).element() == graph.type(node.output()).element()
        && isSame(graph, node.input(1), node.input(3), 1)
        && isSame(graph, node.input(2), node.input(4), 0)
        && (count % 2 == 1 || (even && Long.bitCount(count) == 1));
  }

  private static boolean isSame(Graph graph, String a, String b, double otherwise) {
    TensorData one = graph.constant(a);
    TensorData other = graph.constant(b);
    boolean known = (one != null || a.isEmpty()) && (other != null || b.isEmpty());
    return a.equals(b)
        || (known
            && (one == null ? otherwise : one.doubleAt(0))
                == (other == null ? otherwise : other.doubleAt(0)));
  }

  private static boolean isOneOfProduct(Graph graph, Node node, Quantized op) {
    TensorData zero = graph.constant(node.input(op.input(WEIGHTS) + 2));
    return !(op.op() instanceof Conv) && zero != null && zero.count() == 1;
  }

  /** Whether the bias, if there is one, is known with its scale. */
  private static boolean hasBias(Graph graph, Node node, Quantized op) {
    int at = op.input(2);
    TensorData bias = graph.constant(node.input(at));
    return op.operands() < 3
        || (bias != null
            && isRow(bias)
            && isConstant(graph, node.input(at + 1))
            && isConstant(graph, node.input(at + 2)));
  }

  /** Whether there is one number, or one for each channel. */
  private static boolean isRow(TensorData bias) {
    long[] dims = bias.dims();
    return bias.count() == 1 || dims[dims.length - 1] == bias.count();
  }

  private static boolean isConstant(Graph graph, String value) {
    return value.isEmpty() || graph.constant(value) != null;
  }

  /** Whether 255 times two of them are added in 16 bits. */
  static boolean isNarrow(TensorData weights) {
    for (byte weight : weights.segment().toArray(ValueLayout.JAVA_BYTE)) {
      if (Math.abs(weight) > Quantization.NARROW) {
        return false;
      }
    }
    return true;
  }

  /** One number or a row of them, in a type: constants are converted, others copied. */
  static Operand row(String value, DataType type, Lowering lowering) {
    TensorData data = lowering.graph.constant(value);
    if (data != null) {
      return row(value, data.toDoubles(), type, lowering);
    }
    Operand given = lowering.rowMajor(value);
    MemoryDesc flat = MemoryDesc.of(given.desc().type(), FormatTag.A, given.desc().elements());
    Operand row = given.view(flat);
    return flat.type() == type
        ? row
        : lowering.copied(value, row, MemoryDesc.of(type, FormatTag.A, flat.dim(0)));
  }

  /** A row of numbers that the program keeps. */
  static Operand row(String name, double[] values, DataType type, Lowering lowering) {
    MemoryDesc desc = MemoryDesc.of(type, FormatTag.A, values.length);
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.allocate(desc, arena);
      for (int i = 0; i < values.length; i++) {
        if (type == DataType.S32) {
          tensor.segment().setAtIndex(ValueLayout.JAVA_INT, i, (int) values[i]);
        } else {
          tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[i]);
        }
      }
      return lowering.builder.constant(name, desc, tensor);
    }
  }

  /** Adds a copy with a scale and zero point, each left out where its value is empty. */
  static void copy(
      String name, Operand from, Operand to, Arg of, String scale, String zero, Lowering lowering) {
    Quantization quantization = Quantization.NONE;
    Map<Arg, Operand> operands = new HashMap<>(Map.of(Arg.SRC, from, Arg.DST, to));
    if (!scale.isEmpty()) {
      quantization = quantization.scale(of);
      operands.put(Arg.scales(of), row(scale, DataType.F32, lowering));
    }
    if (!zero.isEmpty()) {
      quantization = quantization.zeroPoint(of);
      operands.put(Arg.zeroPoints(of), row(zero, DataType.S32, lowering));
    }
    add(name, quantization, operands, lowering);
  }

  /** Adds a copy whose destination has a zero point. */
  static void copyWithZero(String name, Operand from, Operand to, Operand zero, Lowering lowering) {
    add(
        name,
        Quantization.NONE.zeroPoint(Arg.DST),
        Map.of(Arg.SRC, from, Arg.DST, to, Arg.zeroPoints(Arg.DST), zero),
        lowering);
  }

  /** Adds a copy whose source has a zero point. */
  static void copyFromZero(String name, Operand from, Operand to, Operand zero, Lowering lowering) {
    add(
        name,
        Quantization.NONE.zeroPoint(Arg.SRC),
        Map.of(Arg.SRC, from, Arg.DST, to, Arg.zeroPoints(Arg.SRC), zero),
        lowering);
  }

  private static void add(
      String name, Quantization quantization, Map<Arg, Operand> operands, Lowering lowering) {
    Reorder copy =
        new Reorder(
            Objects.requireNonNull(operands.get(Arg.SRC)).desc(),
            Objects.requireNonNull(operands.get(Arg.DST)).desc());
    PrimitiveDesc desc = lowering.builder.describe(copy, Attributes.NONE.with(quantization));
    lowering.builder.add(name, desc, operands);
  }
}
