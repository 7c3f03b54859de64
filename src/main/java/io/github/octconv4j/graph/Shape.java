package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The dimensions of the input as a list of integers.
 *
 * @param start the first axis; negative from behind
 * @param end the axis before which it ends; negative from behind; {@link Long#MAX_VALUE} for all
 * @since 0.1.0
 */
public record Shape(long start, long end) implements Op {
  /**
   * All dimensions.
   *
   * @return the operation
   */
  public static Shape all() {
    return new Shape(0, Long.MAX_VALUE);
  }

  @Override
  public String name() {
    return "Shape";
  }

  @Override
  public Map<String, Object> attributes() {
    return end == Long.MAX_VALUE
        ? Attributes.of("start", start)
        : Attributes.of("start", start, "end", end);
  }

  @Override
  public Arity arity() {
    return Arity.UNARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.element(0);
    return List.of(ElementType.I64);
  }

  @Override
  public List<long[]> dims(Operands in) {
    return List.of(new long[] {of(new long[in.rank(0)]).length});
  }

  /**
   * The part of dimensions that is asked for.
   *
   * @param dims the dimensions
   * @return a new array
   */
  public long[] of(long[] dims) {
    int from = Math.clamp(start < 0 ? start + dims.length : start, 0, dims.length);
    int to = Math.clamp(end < 0 ? end + dims.length : end, 0, dims.length);
    return Arrays.copyOfRange(dims, from, Math.max(from, to));
  }
}
