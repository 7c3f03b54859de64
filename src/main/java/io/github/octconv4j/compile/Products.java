package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.InnerProduct;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Products with one matrix, which is constant in most networks. */
final class Products {
  private static final long SMALLEST_SHARED = 1 << 18; // weights of a product that workers share
  private static final int BLOCK = 16; // columns that a kernel computes at once

  private Products() {}

  /** Rows of any number of leading dimensions times a matrix. */
  static boolean matMul(MatMul op, Node node, Lowering lowering) {
    if (!lowering.isNative(node)
        || lowering.type(node.input(0)).sizes().length < 2
        || lowering.type(node.input(1)).sizes().length != 2) {
      return false;
    }
    long[] x = lowering.dims(node.input(0));
    long depth = x[x.length - 1];
    long rows = Arrays.stream(x).limit(x.length - 1L).reduce(1, Math::multiplyExact);
    Operand source = lowering.rowMajor(node.input(0)).view(lowering.rows(rows, depth));
    long columns = lowering.dims(node.input(1))[1];
    product(node, source, columns, node.input(1), false, null, lowering);
    return true;
  }

  /** With a constant bias, or none, and no factors. */
  static boolean gemm(Gemm op, Node node, Lowering lowering) {
    if (!lowering.isNative(node) || op.alpha() != 1 || op.beta() != 1) {
      return false;
    }
    long columns = lowering.dims(node.output())[1];
    String third = node.input(2);
    Operand bias = null;
    if (!third.isEmpty()) {
      TensorData data = lowering.graph.constant(third);
      boolean row = data != null && data.count() == columns && isRow(data.dims());
      boolean number = data != null && data.count() == 1;
      if (data == null || (!row && !number)) {
        return false;
      }
      float[] values = new float[Math.toIntExact(columns)];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) data.doubleAt(row ? i : 0);
      }
      bias = lowering.constant(third, values, columns);
    }
    Operand source = lowering.in(node.input(0), FormatTag.AB);
    if (op.transposeA()) {
      source = lowering.copied(node.input(0), transposed(source), transposedRows(source));
    }
    product(node, source, columns, node.input(1), op.transposeB(), bias, lowering);
    return true;
  }

  private static boolean isRow(long[] dims) {
    return dims.length == 1 || (dims.length == 2 && dims[0] == 1);
  }

  /** The same memory with rows for columns. */
  private static Operand transposed(Operand matrix) {
    long[] dims = matrix.desc().dims();
    return matrix.view(MemoryDesc.of(matrix.desc().type(), FormatTag.BA, dims[1], dims[0]));
  }

  private static MemoryDesc transposedRows(Operand matrix) {
    long[] dims = matrix.desc().dims();
    return MemoryDesc.of(matrix.desc().type(), FormatTag.AB, dims[1], dims[0]);
  }

  /** Adds the product, whose rows become what the output has as leading dimensions. */
  private static void product(
      Node node,
      Operand source,
      long columns,
      String matrix,
      boolean transposed,
      @Nullable Operand bias,
      Lowering lowering) {
    MemoryDesc rows = lowering.rows(source.desc().dim(0), columns);
    InnerProduct operation =
        new InnerProduct(
            source.desc(),
            lowering.rows(columns, source.desc().dim(1)).any(),
            bias == null ? null : bias.desc(),
            rows);
    boolean flat = lowering.dims(node.output()).length == 2; // or else sums don't fit
    TensorData constant = lowering.graph.constant(matrix);
    boolean shared =
        lowering.workers > 1
            && flat
            && transposed
            && rows.dim(0) == 1
            && columns * source.desc().dim(1) >= SMALLEST_SHARED;
    if (shared && constant != null) {
      shared(node, source, matrix, constant, bias, rows, lowering);
      return;
    }
    Epilogue.Step step =
        flat ? Epilogue.of(node, operation, lowering) : Epilogue.none(node, operation, lowering);
    Map<Arg, Operand> operands = new HashMap<>(step.operands());
    operands.put(Arg.SRC, source);
    operands.put(Arg.WEIGHTS, weights(matrix, transposed, step.desc(), lowering));
    if (bias != null) {
      operands.put(Arg.BIAS, bias);
    }
    Operand y = lowering.output(step.output(), lowering.rows(lowering.dims(step.output())));
    operands.put(Arg.DST, y.view(rows));
    lowering.builder.add(node.name(), step.desc(), operands);
  }

  /** Each worker has some of the columns, those of the weights' rows. */
  private static void shared(
      Node node,
      Operand source,
      String matrix,
      TensorData data,
      @Nullable Operand bias,
      MemoryDesc whole,
      Lowering lowering) {
    long columns = whole.dim(1);
    long depth = source.desc().dim(1);
    Operand y = lowering.output(node.output(), lowering.rows(lowering.dims(node.output())));
    long blocks = columns / BLOCK; // the last worker has what is left
    lowering.builder.sideBySide(
        lowering.workers,
        lane -> {
          long first = blocks * lane / lowering.workers * BLOCK;
          boolean last = lane == lowering.workers - 1;
          long end = last ? columns : blocks * (lane + 1) / lowering.workers * BLOCK;
          long count = end - first;
          if (count == 0) {
            return;
          }
          MemoryDesc rows = lowering.rows(1, count);
          MemoryDesc shifts = Storage.rowMajor(count);
          PrimitiveDesc desc =
              lowering.builder.describe(
                  new InnerProduct(
                      source.desc(),
                      lowering.rows(count, depth).any(),
                      bias == null ? null : shifts,
                      rows),
                  lowering.attributes);
          Map<Arg, Operand> operands = new HashMap<>();
          operands.put(Arg.SRC, source);
          operands.put(
              Arg.WEIGHTS,
              lowering.constantRows(matrix, data, first, count, depth, desc.desc(Arg.WEIGHTS)));
          if (bias != null) {
            operands.put(Arg.BIAS, bias.view(first * Float.BYTES, shifts));
          }
          operands.put(Arg.DST, y.view(first * rows.type().bytes(), rows));
          lowering.builder.add(node.name() + ".out" + first, desc, operands);
        });
  }

  /** The matrix in the layout that the primitive wants; it counts columns first. */
  private static Operand weights(
      String matrix, boolean transposed, PrimitiveDesc desc, Lowering lowering) {
    MemoryDesc wanted = desc.desc(Arg.WEIGHTS);
    FormatTag tag = transposed ? FormatTag.AB : FormatTag.BA;
    TensorData data = lowering.graph.constant(matrix);
    if (data == null) {
      MemoryDesc given = lowering.desc(tag, wanted.dims());
      return lowering.as(matrix, lowering.rowMajor(matrix).view(given), wanted);
    }
    MemoryDesc given = Storage.f32(tag, wanted.dims());
    return lowering.constant(matrix, data, transposed ? "rows" : "columns", given, wanted);
  }
}
