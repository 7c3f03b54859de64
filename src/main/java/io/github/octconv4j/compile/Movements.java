package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.DepthToSpace;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.SpaceToDepth;
import io.github.octconv4j.graph.Split;
import io.github.octconv4j.graph.pass.ConstantRanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Values put together and taken apart. */
final class Movements {
  private Movements() {}

  static boolean concat(Concat op, Node node, Lowering lowering) {
    if (!lowering.isNative(node) || node.inputs().size() > 64) {
      return false;
    }
    long[] dims = lowering.dims(node.output());
    int axis = Math.toIntExact(op.axis() < 0 ? op.axis() + dims.length : op.axis());
    FormatTag rows = FormatTag.rowMajor(dims.length);
    FormatTag tag =
        node.inputs().stream()
            .map(lowering::usual)
            .filter(usual -> usual != rows)
            .findFirst()
            .orElse(rows);
    List<Operand> parts = node.inputs().stream().map(input -> lowering.along(input, tag)).toList();
    Operand y = lowering.output(node.output(), lowering.desc(tag, dims));
    concat(node.name(), axis, parts, y, lowering);
    return true;
  }

  /** Lays operands of one layout side by side. */
  static void concat(String name, int axis, List<Operand> parts, Operand y, Lowering lowering) {
    FormatTag tag = Lowering.tag(y.desc());
    if (!parts.stream().allMatch(part -> part.desc().has(tag))) {
      copyAll(name, axis, parts, y, lowering);
      return;
    }
    List<Operand> all = new ArrayList<>(List.of(y));
    all.addAll(parts);
    Slabs.concat(
        lowering,
        axis,
        all,
        some -> {
          Map<Arg, Operand> operands = new HashMap<>();
          operands.put(Arg.DST, some.getFirst());
          for (int i = 1; i < some.size(); i++) {
            operands.put(Arg.source(i - 1), some.get(i));
          }
          List<MemoryDesc> sources = some.stream().skip(1).map(Operand::desc).toList();
          lowering.add(
              name,
              new io.github.octconv4j.dnn.Concat(axis, sources, some.getFirst().desc()),
              operands);
        });
  }

  /** What oneDNN's concatenation is not known to be right for: parts of something larger. */
  private static void copyAll(
      String name, int axis, List<Operand> parts, Operand y, Lowering lowering) {
    long[] offsets = new long[y.desc().rank()];
    for (Operand part : parts) {
      lowering.copy(name, part, part(y, part.desc().dims(), offsets));
      offsets[axis] += part.desc().dim(axis);
    }
  }

  /** A part in its place, which who reads it copies where it must be dense. */
  private static Operand part(Operand x, long[] dims, long[] offsets) {
    return x.view(x.desc().submemory(dims, offsets));
  }

  static boolean slice(Slice op, Node node, Lowering lowering) {
    String x = node.input(0);
    if (!lowering.isPlain(x)) {
      return false;
    }
    List<Slice.Range> ranges = ConstantRanges.of(lowering.graph, node);
    if (ranges.isEmpty() || ranges.stream().anyMatch(range -> range.step() != 1)) {
      return false;
    }
    long[] offsets = ranges.stream().mapToLong(Slice.Range::start).toArray();
    long[] dims = lowering.dims(node.output());
    Operand whole = lowering.plain(x);
    lowering.define(node.output(), part(whole, dims, offsets));
    return true;
  }

  static boolean split(Split op, Node node, Lowering lowering) {
    String x = node.input(0);
    boolean fits =
        lowering.isNative(x)
            && node.outputs().stream().allMatch(y -> y.isEmpty() || lowering.isNative(y));
    if (!fits || node.outputs().contains("")) {
      return false;
    }
    Operand whole = lowering.plain(x);
    long[] offsets = new long[whole.desc().rank()];
    int axis = Math.toIntExact(op.axis() < 0 ? op.axis() + offsets.length : op.axis());
    for (String output : node.outputs()) {
      long[] dims = lowering.dims(output);
      lowering.define(output, part(whole, dims, offsets));
      offsets[axis] += dims[axis];
    }
    return true;
  }

  static boolean depthToSpace(DepthToSpace op, Node node, Lowering lowering) {
    if (!lowering.isNative(node)) {
      return false;
    }
    long[] x = lowering.dims(node.input(0));
    long b = op.block();
    long c = x[1] / (b * b);
    long[] apart =
        op.channelsFirst()
            ? new long[] {x[0], c, b, b, x[2], x[3]}
            : new long[] {x[0], b, b, c, x[2], x[3]};
    int[] order = op.channelsFirst() ? new int[] {0, 1, 4, 2, 5, 3} : new int[] {0, 3, 4, 1, 5, 2};
    regroup(node, apart, order, lowering);
    return true;
  }

  static boolean spaceToDepth(SpaceToDepth op, Node node, Lowering lowering) {
    if (!lowering.isNative(node)) {
      return false;
    }
    long[] x = lowering.dims(node.input(0));
    long b = op.block();
    regroup(
        node,
        new long[] {x[0], x[1], x[2] / b, b, x[3] / b, b},
        new int[] {0, 3, 5, 1, 2, 4},
        lowering);
    return true;
  }

  /** Splits dimensions, permutes them, and puts them together as the output has them. */
  private static void regroup(Node node, long[] apart, int[] order, Lowering lowering) {
    Operand x = lowering.rowMajor(node.input(0)).view(lowering.rows(apart));
    Operand permuted = Views.permuted(x, order);
    Operand dense = lowering.copied(node.name(), permuted, lowering.rows(permuted.desc().dims()));
    lowering.define(node.output(), dense.view(lowering.rows(lowering.dims(node.output()))));
  }
}
