package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.MatMul;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.graph.Node;
import java.util.HashMap;
import java.util.Map;

/** Products of stacks of matrices, the second of which may be repeated. */
final class Stacks {
  private static final int MOST_DIMENSIONS = 6;

  private Stacks() {}

  static boolean lower(Node node, Lowering lowering) {
    if (!lowering.isNative(node)) {
      return false;
    }
    long[] a = lowering.type(node.input(0)).sizes();
    long[] b = lowering.type(node.input(1)).sizes();
    long[] y = lowering.dims(node.output());
    int rank = y.length;
    boolean fits = a.length == rank && b.length >= 2 && rank >= 2 && rank <= MOST_DIMENSIONS;
    long[] second = new long[rank];
    for (int d = 0; fits && d < rank; d++) {
      int from = d - rank + b.length;
      second[d] = from < 0 ? 1 : b[from];
      fits = d >= rank - 2 || (a[d] == y[d] && (second[d] == y[d] || second[d] == 1));
    }
    if (!fits) {
      return false;
    }
    Operand left = lowering.rowMajor(node.input(0));
    Operand right = lowering.rowMajor(node.input(1)).view(Storage.rowMajor(second));
    MemoryDesc dst = Storage.rowMajor(y);
    PrimitiveDesc desc =
        lowering.builder.describe(
            new MatMul(left.desc(), right.desc(), null, dst), lowering.attributes);
    Map<Arg, Operand> operands = new HashMap<>();
    operands.put(Arg.SRC, left);
    operands.put(Arg.WEIGHTS, right);
    operands.put(Arg.DST, lowering.output(node.output(), dst));
    lowering.builder.add(node.name(), desc, operands);
    return true;
  }
}
