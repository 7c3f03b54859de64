package io.github.octconv4j.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Ranges along some axes: inputs data, starts, ends, optional axes and steps. Negative starts and
 * ends count from behind, those beyond are cut off, negative steps run backwards.
 *
 * @since 0.1.0
 */
public record Slice() implements Op {
  /**
   * What is taken of an axis.
   *
   * @param start the first element
   * @param step to the next one; negative backwards
   * @param count how many
   */
  public record Range(long start, long step, long count) {}

  @Override
  public String name() {
    return "Slice";
  }

  @Override
  public Arity arity() {
    return new Arity(3, 5, 1);
  }

  @Override
  public List<long[]> dims(Operands in) {
    List<Range> ranges =
        ranges(
            in.dims(0),
            in.longs(1),
            in.longs(2),
            in.has(3) ? in.longs(3) : null,
            in.has(4) ? in.longs(4) : null);
    return List.of(ranges.stream().mapToLong(Range::count).toArray());
  }

  /**
   * What is taken of each axis.
   *
   * @param dims dimensions of the input
   * @param starts where ranges begin
   * @param ends before where they end
   * @param axes the axis of each range; null for the first ones
   * @param steps the step of each range; null for 1
   * @return a range for each dimension
   * @throws IllegalArgumentException if the lists have different lengths, a step is 0, or there is
   *     no such axis
   */
  public static List<Range> ranges(
      long[] dims, long[] starts, long[] ends, long @Nullable [] axes, long @Nullable [] steps) {
    Objects.requireNonNull(dims, "dims");
    Objects.requireNonNull(starts, "starts");
    Objects.requireNonNull(ends, "ends");
    List<Range> ranges = new ArrayList<>();
    for (long dim : dims) {
      ranges.add(new Range(0, 1, dim));
    }
    int n = starts.length;
    if (ends.length != n
        || (axes != null && axes.length != n)
        || (steps != null && steps.length != n)
        || (axes == null && n > dims.length)) {
      throw new IllegalArgumentException("starts, ends, axes and steps are of different lengths");
    }
    int[] at = axes == null ? IntStream.range(0, n).toArray() : Shapes.axes(axes, dims.length);
    for (int i = 0; i < n; i++) {
      ranges.set(at[i], range(dims[at[i]], starts[i], ends[i], steps == null ? 1 : steps[i]));
    }
    return ranges;
  }

  private static Range range(long dim, long start, long end, long step) {
    if (step == 0) {
      throw new IllegalArgumentException("a step is 0");
    }
    long first = start < 0 ? start + dim : start;
    long behind = end < 0 ? end + dim : end;
    if (step > 0) {
      first = Math.clamp(first, 0, dim);
      behind = Math.clamp(behind, 0, dim);
      return new Range(first, step, Math.max(0, Math.ceilDiv(behind - first, step)));
    }
    first = Math.clamp(first, -1, dim - 1);
    behind = Math.clamp(behind, -1, dim - 1);
    return new Range(first, step, Math.max(0, Math.ceilDiv(behind - first, step)));
  }
}
