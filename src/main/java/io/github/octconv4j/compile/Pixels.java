package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Steps that compute each element from those in its place, or from one for each channel: workers
 * share the pixels.
 */
final class Pixels {
  private static final long FEWEST = 1 << 15; // elements that take longer than to meet

  private Pixels() {}

  /**
   * Adds a step for all operands, or one for each worker and its part of them.
   *
   * @param operands the result first, which is as large as any; others are as large or have one
   *     pixel
   * @param step adds a step for operands in the same order
   */
  static void share(Lowering lowering, List<Operand> operands, Consumer<List<Operand>> step) {
    MemoryDesc y = operands.getFirst().desc();
    boolean shares =
        lowering.workers > 1
            && y.elements() >= FEWEST
            && operands.stream().allMatch(operand -> isShareable(operand.desc(), y));
    if (!shares) {
      step.accept(operands);
      return;
    }
    long pixels = y.dim(0) * y.dim(2) * y.dim(3);
    lowering.builder.sideBySide(
        lowering.workers,
        lane -> {
          long first = pixels * lane / lowering.workers;
          long count = pixels * (lane + 1) / lowering.workers - first;
          if (count > 0) {
            step.accept(operands.stream().map(x -> some(x, y, first, count)).toList());
          }
        });
  }

  /** Whether pixels of images lie one behind the other, or there is one for all of them. */
  private static boolean isShareable(MemoryDesc x, MemoryDesc y) {
    if (x.rank() != 4 || !x.has(FormatTag.NHWC) || x.dim(1) != y.dim(1)) {
      return false;
    }
    return Arrays.equals(x.dims(), y.dims()) || isOne(x);
  }

  private static boolean isOne(MemoryDesc x) {
    return x.dim(0) == 1 && x.dim(2) == 1 && x.dim(3) == 1;
  }

  /** Some pixels, as an image of one row. */
  private static Operand some(Operand x, MemoryDesc y, long first, long count) {
    MemoryDesc desc = x.desc();
    long c = desc.dim(1);
    if (!Arrays.equals(desc.dims(), y.dims())) {
      return x.view(MemoryDesc.of(desc.type(), FormatTag.NHWC, 1, c, 1, 1));
    }
    return x.view(
        first * c * desc.type().bytes(),
        MemoryDesc.of(desc.type(), FormatTag.NHWC, 1, c, 1, count));
  }
}
