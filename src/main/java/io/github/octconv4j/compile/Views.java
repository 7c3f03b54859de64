package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Transpose;

/** Other dimensions of the same memory. */
final class Views {
  private Views() {}

  /**
   * The same elements row by row under other dimensions, of any element type. Floats in more
   * dimensions than primitives know are bytes, of 32 bits each.
   */
  static boolean reshape(Node node, Lowering lowering) {
    boolean floats = lowering.isNative(node.output());
    boolean stay = floats && lowering.isNative(node.input(0));
    Operand x = stay ? lowering.rowMajor(node.input(0)) : lowering.exact(node.input(0));
    DataType type = stay ? x.desc().type() : DataType.F32;
    lowering.define(
        node.output(),
        x.view(
            floats
                ? Storage.rowMajor(type, lowering.dims(node.output()))
                : Storage.of(lowering.type(node.output()))));
    return true;
  }

  /** A permutation, which whoever reads it undoes or not. */
  static boolean transpose(Transpose op, Node node, Lowering lowering) {
    if (!lowering.isPlain(node.input(0))) {
      return false;
    }
    Operand x = lowering.plain(node.input(0));
    lowering.define(node.output(), permuted(x, op.order(x.desc().rank())));
    return true;
  }

  /** A plain operand with its dimensions in another order. */
  static Operand permuted(Operand x, int[] order) {
    long[] dims = x.desc().dims();
    long[] strides = strides(x.desc());
    long[] toDims = new long[dims.length];
    long[] toStrides = new long[dims.length];
    for (int i = 0; i < dims.length; i++) {
      toDims[i] = dims[order[i]];
      toStrides[i] = strides[order[i]];
    }
    return x.view(MemoryDesc.strided(x.desc().type(), toDims, toStrides));
  }

  /** The strides of a row-major layout, or of one with channels innermost. */
  private static long[] strides(MemoryDesc desc) {
    int rank = desc.rank();
    long[] strides = new long[rank];
    long next = 1;
    boolean rows = Lowering.tag(desc) == FormatTag.rowMajor(rank);
    if (!rows) {
      strides[1] = next;
      next *= desc.dim(1);
    }
    for (int i = rank - 1; i >= 0; i--) {
      if (rows || i != 1) {
        strides[i] = next;
        next *= desc.dim(i);
      }
    }
    return strides;
  }
}
