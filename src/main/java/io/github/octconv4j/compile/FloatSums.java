package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Convolutions of whole numbers whose weights oneDNN does not take, because they are U8 and
 * computed or have zero points: with floats, which hold the sums exactly as long as those are below
 * 2^24.
 */
final class FloatSums {
  private static final long EXACT = 1L << 24;
  private static final long LARGEST_PRODUCT = 255L * 255;

  private FloatSums() {}

  static boolean lower(Quantized op, Conv conv, Node node, Lowering lowering) {
    long[] x = lowering.dims(node.input(op.input(0)));
    long[] w = lowering.dims(node.input(op.input(1)));
    long terms = Arrays.stream(w).skip(1).reduce(1, Math::multiplyExact);
    String zero = node.input(op.input(1) + 2);
    boolean one = zero.isEmpty() || Arrays.stream(lowering.dims(zero)).allMatch(dim -> dim == 1);
    if (op.to() != ElementType.I32 || terms * LARGEST_PRODUCT >= EXACT) {
      return false;
    }
    FormatTag tag = FormatTag.channelsLast(x.length);
    Operand source = floats(node.input(op.input(0)), node.input(op.input(0) + 2), tag, lowering);
    FormatTag rows = FormatTag.rowMajor(w.length);
    Operand weights = floats(node.input(op.input(1)), one ? zero : "", rows, lowering);
    if (!one) {
      weights = less(node, weights, zero, lowering);
    }
    long[] dims = conv.group() == 1 ? w : Convolutions.grouped(w, conv.group());
    weights = weights.view(Storage.rowMajor(dims));
    MemoryDesc dst = Storage.f32(tag, lowering.dims(node.output()));
    Convolution convolution =
        new Convolution(
            source.desc(),
            weights.desc().any(),
            dst,
            Windows.of(conv.window().axes(Convolutions.spatial(x), Convolutions.spatial(w))));
    PrimitiveDesc desc = lowering.builder.describe(convolution, Attributes.NONE);
    Operand sums = lowering.builder.temporary(node.name(), dst);
    Map<Arg, Operand> operands = new HashMap<>();
    operands.put(Arg.SRC, source);
    operands.put(Arg.WEIGHTS, lowering.as(node.name(), weights, desc.desc(Arg.WEIGHTS)));
    operands.put(Arg.DST, sums);
    lowering.builder.add(node.name(), desc, operands);
    Operand y = lowering.output(node.output(), Storage.as(dst, DataType.S32));
    lowering.copy(node.name(), sums, y);
    return true;
  }

  /** A value less its one zero point, as floats. */
  private static Operand floats(String value, String zero, FormatTag tag, Lowering lowering) {
    Operand bytes = lowering.in(value, tag);
    Operand floats = lowering.builder.temporary(value, Storage.as(bytes.desc(), DataType.F32));
    Integers.copy(value, bytes, floats, Arg.SRC, "", zero, lowering);
    return floats;
  }

  /** Weights less the zero point of each output channel. */
  private static Operand less(Node node, Operand weights, String zero, Lowering lowering) {
    long[] ones = new long[weights.desc().rank()];
    Arrays.fill(ones, 1);
    ones[0] = weights.desc().dim(0);
    Operand zeros = Integers.row(zero, DataType.F32, lowering).view(Storage.rowMajor(ones));
    Operand less = lowering.builder.temporary(node.name(), weights.desc());
    Binaries.add(node.name(), Algorithm.BINARY_SUB, weights, zeros, less, lowering);
    return less;
  }
}
