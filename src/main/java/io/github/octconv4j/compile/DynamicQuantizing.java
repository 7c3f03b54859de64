package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Pooling;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.graph.DynamicQuantizeLinear;
import io.github.octconv4j.graph.Node;
import java.util.Arrays;
import java.util.Map;

/**
 * Floats as U8 in a range of their own: the largest value and the largest of the negated ones are
 * pools over all elements, the rest are functions of single numbers.
 */
final class DynamicQuantizing {
  private static final int MOST_COLUMNS = 64;
  private static final float LEVELS = 255;

  private final Node node;
  private final Lowering lowering;

  private DynamicQuantizing(Node node, Lowering lowering) {
    this.node = node;
    this.lowering = lowering;
  }

  static boolean lower(DynamicQuantizeLinear op, Node node, Lowering lowering) {
    if (!lowering.isNative(node.input(0))) {
      return false;
    }
    new DynamicQuantizing(node, lowering).add();
    return true;
  }

  private void add() {
    Operand x = lowering.plain(node.input(0));
    Operand above = applied(most(x), new PostOps.Eltwise(Algorithm.ELTWISE_RELU, 0, 0));
    Operand negated = applied(x, new PostOps.Eltwise(Algorithm.ELTWISE_LINEAR, -1, 0));
    Operand below = applied(most(negated), new PostOps.Eltwise(Algorithm.ELTWISE_RELU, 0, 0));
    Operand range = combined(Algorithm.BINARY_ADD, above, below);
    Operand levels = lowering.constant(node.name() + "/levels", new float[] {LEVELS}, 1);
    Operand scale = combined(Algorithm.BINARY_DIV, range, levels);
    // Where all elements are 0 so is the scale, and so must be the quotients.
    Operand divisor =
        applied(
            scale, new PostOps.Eltwise(Algorithm.ELTWISE_CLIP, Float.MIN_NORMAL, Float.MAX_VALUE));
    Operand zero = copied(combined(Algorithm.BINARY_DIV, below, divisor), DataType.U8);
    Operand wide = copied(zero, DataType.S32);
    long[] ones = new long[x.desc().rank()];
    Arrays.fill(ones, 1);
    Operand quotient = lowering.builder.temporary(node.name(), x.desc());
    Binaries.add(
        node.name(),
        Algorithm.BINARY_DIV,
        x,
        divisor.view(Storage.rowMajor(ones)),
        quotient,
        lowering);
    Operand rounded = copied(quotient, DataType.S32);
    MemoryDesc bytes = Storage.as(x.desc(), DataType.U8);
    String value = node.outputs().getFirst();
    Operand result =
        value.isEmpty()
            ? lowering.builder.temporary(node.name(), bytes)
            : lowering.output(value, bytes);
    Integers.copyWithZero(node.name(), rounded, result, wide, lowering);
    defineOutput(1, scale);
    defineOutput(2, zero);
  }

  private void defineOutput(int output, Operand operand) {
    if (node.outputs().size() > output && !node.outputs().get(output).isEmpty()) {
      lowering.define(node.outputs().get(output), operand);
    }
  }

  /** The largest element: of rows of columns first, and then of these. */
  private Operand most(Operand x) {
    long count = x.desc().elements();
    long columns = Math.min(MOST_COLUMNS, count);
    while (count % columns != 0) {
      columns--;
    }
    Operand rows = pooled(x, columns, count / columns);
    return pooled(rows, 1, columns).view(Storage.rowMajor(1));
  }

  /** The largest of each column of a number of rows. */
  private Operand pooled(Operand x, long columns, long rows) {
    Operand from = x.view(Storage.f32(FormatTag.ACB, 1, columns, rows));
    Operand to = lowering.builder.temporary(node.name(), Storage.f32(FormatTag.ACB, 1, columns, 1));
    lowering.add(
        node.name(),
        new Pooling(Algorithm.POOLING_MAX, from.desc(), to.desc(), Window.of(rows)),
        Map.of(Arg.SRC, from, Arg.DST, to));
    return to.view(Storage.rowMajor(columns));
  }

  private Operand applied(Operand x, PostOps.Eltwise function) {
    Operand y = lowering.builder.temporary(node.name(), x.desc());
    Elementwise.apply(node.name(), function, x, y, lowering);
    return y;
  }

  private Operand combined(Algorithm algorithm, Operand a, Operand b) {
    Operand y = lowering.builder.temporary(node.name(), a.desc());
    Binaries.add(node.name(), algorithm, a, b, y, lowering);
    return y;
  }

  private Operand copied(Operand x, DataType type) {
    return lowering.copied(node.name(), x, Storage.as(x.desc(), type));
  }
}
