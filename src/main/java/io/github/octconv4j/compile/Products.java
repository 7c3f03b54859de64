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
    if (x.length == 2) {
      product(node, source, node.input(1), false, null, lowering);
      return true;
    }
    long columns = lowering.dims(node.input(1))[1];
    MemoryDesc flat = Storage.rowMajor(rows, columns);
    Operand y = lowering.builder.temporary(node.output(), flat);
    InnerProduct operation = operation(source.desc(), columns, null, flat);
    PrimitiveDesc desc = lowering.builder.describe(operation, io.github.octconv4j.dnn.Attributes.NONE);
    Map<Arg, Operand> operands = new HashMap<>();
    operands.put(Arg.SRC, source);
    operands.put(Arg.WEIGHTS, weights(node.input(1), false, desc, lowering));
    operands.put(Arg.DST, y);
    lowering.builder.add(node.name(), desc, operands);
    lowering.define(node.output(), y.view(Storage.rowMajor(lowering.dims(node.output()))));
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
    Operand source = lowering.in(node.input(0), op.transposeA() ? FormatTag.AB : FormatTag.AB);
    if (op.transposeA()) {
      source = lowering.copied(node.input(0), transposed(source), transposedRows(source));
    }
    product(node, source, node.input(1), op.transposeB(), bias, lowering);
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

  private static InnerProduct operation(
      MemoryDesc src, long columns, @Nullable Operand bias, MemoryDesc dst) {
    MemoryDesc weights = Storage.rowMajor(columns, src.dim(1)).any();
    return new InnerProduct(src, weights, bias == null ? null : bias.desc(), dst);
  }

  private static void product(
      Node node,
      Operand source,
      String matrix,
      boolean transposed,
      @Nullable Operand bias,
      Lowering lowering) {
    long[] dims = lowering.dims(node.output());
    InnerProduct operation =
        operation(source.desc(), dims[1], bias, Storage.rowMajor(dims));
    Epilogue.Step step = Epilogue.of(node, operation, lowering);
    Map<Arg, Operand> operands = new HashMap<>(step.operands());
    operands.put(Arg.SRC, source);
    operands.put(Arg.WEIGHTS, weights(matrix, transposed, step.desc(), lowering));
    if (bias != null) {
      operands.put(Arg.BIAS, bias);
    }
    operands.put(Arg.DST, lowering.output(step.output(), step.desc()));
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
