package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.TensorData;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Floats as whole numbers of 8 bits and back, exactly as ONNX has it: quotients are rounded before
 * zero points are added.
 */
final class Quantizing {
  private static final int MOST_DIMENSIONS = 5; // of repeated operands

  private Quantizing() {}

  static boolean quantize(QuantizeLinear op, Node node, Lowering lowering) {
    String x = node.input(0);
    String y = node.output();
    boolean fits =
        lowering.isNative(x)
            && Storage.isByte(lowering.type(y))
            && lowering.isNative(node.input(1));
    Grid grid = fits ? Grid.of(node, op.axis(), op.block(), lowering) : null;
    if (grid == null) {
      return false;
    }
    Operand source = grid.isOne() ? lowering.plain(x) : lowering.rowMajor(x);
    Operand quotient = divided(node, source, grid, lowering);
    Operand result = lowering.output(y, destination(y, source.desc(), lowering));
    if (isZero(node.input(2), lowering)) {
      lowering.copy(node.name(), quotient, result);
      return true;
    }
    Operand rounded =
        lowering.copied(node.name(), quotient, Storage.as(quotient.desc(), DataType.S32));
    if (grid.isOne()) {
      Integers.copy(node.name(), rounded, result, Arg.DST, "", node.input(2), lowering);
      return true;
    }
    // Whole numbers up to 2^24 are exact as floats, and larger ones are cut off anyway.
    Operand whole = lowering.copied(node.name(), rounded, quotient.desc());
    Operand moved = grid.apply(node, Algorithm.BINARY_ADD, whole, node.input(2), lowering);
    lowering.copy(node.name(), moved, result);
    return true;
  }

  /** Images have their channels innermost, as those want it who read them. */
  private static MemoryDesc destination(String y, MemoryDesc x, Lowering lowering) {
    boolean image = x.rank() >= 3 && x.rank() <= 5 && !lowering.graph.outputs().contains(y);
    FormatTag tag = image ? FormatTag.channelsLast(x.rank()) : Lowering.tag(x);
    return MemoryDesc.of(Storage.dataType(lowering.type(y)), tag, x.dims());
  }

  private static Operand divided(Node node, Operand x, Grid grid, Lowering lowering) {
    return grid.apply(node, Algorithm.BINARY_DIV, x, node.input(1), lowering);
  }

  static boolean dequantize(DequantizeLinear op, Node node, Lowering lowering) {
    String x = node.input(0);
    String y = node.output();
    boolean fits =
        Storage.isWhole(lowering.type(x))
            && lowering.isNative(y)
            && lowering.isNative(node.input(1));
    Grid grid = fits ? Grid.of(node, op.axis(), op.block(), lowering) : null;
    if (grid == null) {
      return false;
    }
    boolean zero = isZero(node.input(2), lowering);
    if (grid.isOne()) {
      Operand source = lowering.plain(x);
      Operand result = lowering.output(y, Storage.as(source.desc(), DataType.F32));
      String shift = zero ? "" : node.input(2);
      Integers.copy(node.name(), source, result, Arg.SRC, node.input(1), shift, lowering);
      return true;
    }
    Operand source = lowering.rowMajor(x);
    Operand floats = lowering.copied(node.name(), source, Storage.as(source.desc(), DataType.F32));
    if (!zero) {
      floats = grid.apply(node, Algorithm.BINARY_SUB, floats, node.input(2), lowering);
    }
    Operand scaled = grid.apply(node, Algorithm.BINARY_MUL, floats, node.input(1), lowering);
    lowering.define(y, scaled);
    return true;
  }

  /** Whether a zero point is left out, or known to be 0. */
  private static boolean isZero(String value, Lowering lowering) {
    TensorData data = lowering.graph.constant(value);
    return value.isEmpty()
        || (data != null && Arrays.stream(data.toLongs()).allMatch(zero -> zero == 0));
  }

  /**
   * How scales and zero points are repeated.
   *
   * @param whole dimensions of the value, that of blocks cut in two
   * @param repeated dimensions of scales, 1 where they are repeated
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by no one
  private record Grid(long[] whole, long[] repeated) {
    /**
     * The grid of a node whose second input is the scale; null where it has too many dimensions.
     */
    static @Nullable Grid of(Node node, long axis, long block, Lowering lowering) {
      long[] x = Storage.dims(lowering.type(node.input(0)));
      long[] scale = Storage.dims(lowering.type(node.input(1)));
      long[] ones = new long[x.length];
      Arrays.fill(ones, 1);
      if (Arrays.stream(scale).reduce(1, Math::multiplyExact) == 1) {
        return new Grid(x, ones);
      }
      int at = Math.toIntExact(axis < 0 ? axis + x.length : axis);
      if (block == 0) {
        ones[at] = x[at];
        return x.length > MOST_DIMENSIONS ? null : new Grid(x, ones);
      }
      if (x[at] % block != 0 || x.length + 1 > MOST_DIMENSIONS) {
        return null;
      }
      long[] whole = new long[x.length + 1];
      long[] repeated = new long[x.length + 1];
      for (int d = 0; d < whole.length; d++) {
        int from = d <= at ? d : d - 1;
        whole[d] = d == at ? x[at] / block : d == at + 1 ? block : x[from];
        repeated[d] = d == at + 1 ? 1 : whole[d];
      }
      return new Grid(whole, repeated);
    }

    boolean isOne() {
      return Arrays.stream(repeated).allMatch(dim -> dim == 1);
    }

    /** Adds a step that combines a value with scales or zero points, as floats. */
    Operand apply(Node node, Algorithm algorithm, Operand x, String other, Lowering lowering) {
      Operand y = lowering.builder.temporary(node.name(), x.desc());
      Operand row =
          Integers.row(other, DataType.F32, lowering)
              .view(isOne() ? Storage.rowMajor(ones(x.desc().rank())) : Storage.rowMajor(repeated));
      Operand from = isOne() ? x : x.view(Storage.rowMajor(whole));
      Operand to = isOne() ? y : y.view(Storage.rowMajor(whole));
      Binaries.add(node.name(), algorithm, from, row, to, lowering);
      return y;
    }

    private static long[] ones(int rank) {
      long[] ones = new long[rank];
      Arrays.fill(ones, 1);
      return ones;
    }
  }
}
