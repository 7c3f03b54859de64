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
    Operand source = lowering.rowMajor(node.input(0)).view(Storage.rowMajor(rows, depth));
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
    return matrix.view(Storage.f32(FormatTag.BA, dims[1], dims[0]));
  }

  private static MemoryDesc transposedRows(Operand matrix) {
    long[] dims = matrix.desc().dims();
    return Storage.rowMajor(dims[1], dims[0]);
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
    MemoryDesc rows = Storage.rowMajor(source.desc().dim(0), columns);
    InnerProduct operation =
        new InnerProduct(
            source.desc(),
            Storage.rowMajor(columns, source.desc().dim(1)).any(),
            bias == null ? null : bias.desc(),
            rows);
    boolean flat = lowering.dims(node.output()).length == 2; // or else sums don't fit
    Epilogue.Step step =
        flat ? Epilogue.of(node, operation, lowering) : Epilogue.none(node, operation, lowering);
    Map<Arg, Operand> operands = new HashMap<>(step.operands());
    operands.put(Arg.SRC, source);
    operands.put(Arg.WEIGHTS, weights(matrix, transposed, step.desc(), lowering));
    if (bias != null) {
      operands.put(Arg.BIAS, bias);
    }
    Operand y = lowering.output(step.output(), Storage.of(lowering.type(step.output())));
    operands.put(Arg.DST, y.view(rows));
    lowering.builder.add(node.name(), step.desc(), operands);
  }

  /** The matrix in the layout that the primitive wants; it counts columns first. */
  private static Operand weights(
      String matrix, boolean transposed, PrimitiveDesc desc, Lowering lowering) {
    MemoryDesc wanted = desc.desc(Arg.WEIGHTS);
    MemoryDesc given = Storage.f32(transposed ? FormatTag.AB : FormatTag.BA, wanted.dims());
    TensorData data = lowering.graph.constant(matrix);
    return data == null
        ? lowering.as(matrix, lowering.rowMajor(matrix).view(given), wanted)
        : lowering.constant(matrix, data, transposed ? "rows" : "columns", given, wanted);
  }
}
