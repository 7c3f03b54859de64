package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Steps that only move elements: workers share the outermost axis that they can. */
final class Slabs {
  private static final long FEWEST = 1 << 13; // elements that take longer to move than to meet
  private static final int NONE = -1;

  private Slabs() {}

  /** Adds a copy, or one for each worker and its part of it. */
  static void copy(Lowering lowering, Operand from, Operand to, BiConsumer<Operand, Operand> step) {
    int axis = isShareable(lowering, List.of(from, to)) ? outermost(lowering, to.desc()) : NONE;
    if (axis == NONE) {
      step.accept(from, to);
    } else {
      share(lowering, axis, List.of(from, to), some -> step.accept(some.get(0), some.get(1)));
    }
  }

  /**
   * Adds a step that lays dense operands side by side, or one for each worker and its dense part of
   * them.
   *
   * @param along the axis along which they are put together
   * @param operands the result first; along other axes all have the same size
   * @param step adds a step for operands in the same order
   */
  static void concat(
      Lowering lowering, int along, List<Operand> operands, Consumer<List<Operand>> step) {
    MemoryDesc y = operands.getFirst().desc();
    int axis = isShareable(lowering, operands) ? outermost(lowering, y) : NONE;
    if (axis == NONE || axis == along) {
      step.accept(operands);
    } else {
      share(lowering, axis, operands, step);
    }
  }

  private static boolean isShareable(Lowering lowering, List<Operand> operands) {
    return lowering.workers > 1
        && !lowering.builder.isSideBySide()
        && operands.getFirst().desc().elements() >= FEWEST
        && operands.stream().allMatch(operand -> operand.desc().isPlain());
  }

  /** The axis with the longest way from one to the next, if all workers get a part of it. */
  private static int outermost(Lowering lowering, MemoryDesc desc) {
    int best = NONE;
    for (int axis = 0; axis < desc.rank(); axis++) {
      if (desc.dim(axis) > 1 && (best == NONE || stride(desc, axis) > stride(desc, best))) {
        best = axis;
      }
    }
    return best != NONE && desc.dim(best) >= lowering.workers ? best : NONE;
  }

  private static void share(
      Lowering lowering, int axis, List<Operand> operands, Consumer<List<Operand>> step) {
    long size = operands.getFirst().desc().dim(axis);
    lowering.builder.sideBySide(
        lowering.workers,
        lane -> {
          long first = size * lane / lowering.workers;
          long count = size * (lane + 1) / lowering.workers - first;
          step.accept(operands.stream().map(x -> some(x, axis, first, count)).toList());
        });
  }

  /** Elements from one to the next along an axis, of which there are two at least. */
  static long stride(MemoryDesc desc, int axis) {
    long[] at = new long[desc.rank()];
    long before = desc.elementOffset(at);
    at[axis] = 1;
    return desc.elementOffset(at) - before;
  }

  private static Operand some(Operand x, int axis, long first, long count) {
    long[] dims = x.desc().dims();
    long[] offsets = new long[dims.length];
    dims[axis] = count;
    offsets[axis] = first;
    return x.view(x.desc().submemory(dims, offsets));
  }
}
