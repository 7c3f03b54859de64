package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Padding by a number or by what stands at the edge, axis by axis; nothing may be cut away. */
final class Padding {
  private static final int MOST_REPEATED = 8;

  private Padding() {}

  static boolean lower(Pad op, Node node, Lowering lowering) {
    String x = node.input(0);
    TensorData given = lowering.graph.constant(node.input(1));
    TensorData axes = lowering.graph.constant(node.input(3));
    TensorData value = lowering.graph.constant(node.input(2));
    boolean known =
        (axes != null || node.input(3).isEmpty()) && (value != null || node.input(2).isEmpty());
    boolean edge = op.mode() == PadMode.EDGE;
    if (given == null
        || !known
        || (!edge && op.mode() != PadMode.CONSTANT)
        || !(edge ? lowering.isPlain(x) : lowering.isNative(x))
        || lowering.type(x).sizes().length == 0) {
      return false;
    }
    int rank = lowering.dims(x).length;
    long[] pads = Pad.pads(rank, given.toLongs(), axes == null ? null : axes.toLongs());
    long most = edge ? MOST_REPEATED : Integer.MAX_VALUE;
    if (Arrays.stream(pads).anyMatch(pad -> pad < 0 || pad > most)) {
      return false;
    }
    Operand padded = lowering.plain(x);
    for (int axis = 0; axis < rank; axis++) {
      if (pads[axis] > 0 || pads[axis + rank] > 0) {
        List<Operand> parts = new ArrayList<>();
        float number = (float) Pad.number(value);
        add(parts, node, padded, axis, pads[axis], edge, number, 0, lowering);
        parts.add(padded);
        long last = padded.desc().dim(axis) - 1;
        add(parts, node, padded, axis, pads[axis + rank], edge, number, last, lowering);
        padded = joined(node, padded, axis, parts, lowering);
      }
    }
    lowering.define(node.output(), padded);
    return true;
  }

  /** Adds what stands on one side: a block of a number, or one row several times. */
  private static void add(
      List<Operand> parts,
      Node node,
      Operand x,
      int axis,
      long count,
      boolean edge,
      float number,
      long row,
      Lowering lowering) {
    if (count == 0) {
      return;
    }
    long[] dims = x.desc().dims();
    dims[axis] = edge ? 1 : count;
    if (edge) {
      long[] offsets = new long[dims.length];
      offsets[axis] = row;
      Operand part =
          lowering.copied(
              node.name(),
              x.view(x.desc().submemory(dims, offsets)),
              MemoryDesc.of(x.desc().type(), Lowering.tag(x.desc()), dims));
      for (long i = 0; i < count; i++) {
        parts.add(part);
      }
      return;
    }
    long elements = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    float[] values = new float[Math.toIntExact(elements)];
    Arrays.fill(values, number);
    Operand block = lowering.constant(node.name() + "/padding", values, elements);
    parts.add(block.view(lowering.desc(Lowering.tag(x.desc()), dims)));
  }

  private static Operand joined(
      Node node, Operand x, int axis, List<Operand> parts, Lowering lowering) {
    long[] dims = x.desc().dims();
    dims[axis] = parts.stream().mapToLong(part -> part.desc().dim(axis)).sum();
    Operand y =
        lowering.builder.temporary(
            node.name(), MemoryDesc.of(x.desc().type(), Lowering.tag(x.desc()), dims));
    Movements.concat(node.name(), axis, parts, y, lowering);
    return y;
  }
}
