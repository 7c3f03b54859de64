package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Floats as integers: {@code round(x / scale) + zero}, within the type's limits. Inputs x, scale
 * and an optional zero point: scalars, a value for each element of an axis, or one for each block.
 *
 * @param axis the axis
 * @param block elements of a block along the axis; 0 for none
 * @param to the type where there is no zero point
 * @since 0.1.0
 */
public record QuantizeLinear(long axis, long block, ElementType to) implements Op {
  /** Checks the parameters. */
  public QuantizeLinear {
    Objects.requireNonNull(to, "to");
  }

  @Override
  public String name() {
    return "QuantizeLinear";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("axis", axis, "block_size", block, "output_dtype", to);
  }

  @Override
  public Arity arity() {
    return new Arity(2, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.in(0, ElementType.F32, ElementType.F16, ElementType.BF16, ElementType.I32);
    ElementType type = in.has(2) ? in.element(2) : to;
    return switch (type) {
      case I8, U8, I16, U16 -> List.of(type);
      default ->
          throw new IllegalArgumentException(
              String.format(Locale.ROOT, "quantizes to %s, expected I8, U8, I16 or U16", type));
    };
  }

  @Override
  public List<long[]> dims(Operands in) {
    check(in.dims(0), in.dims(1), in.has(2) ? in.dims(2) : null, axis, block);
    return List.of(in.dims(0));
  }

  static void check(long[] x, long[] scale, long @Nullable [] zero, long axis, long block) {
    boolean scalar = Shapes.count(scale) == 1 && scale.length < 2;
    boolean fits = scalar;
    if (!scalar && block == 0) {
      fits = scale.length == 1 && scale[0] == x[Shapes.axis(axis, x.length)];
    } else if (!scalar && scale.length == x.length) {
      int at = Shapes.axis(axis, x.length);
      fits = block > 0 && Arrays.equals(scale, Replace.size(x, at, Math.ceilDiv(x[at], block)));
    }
    if (!fits || (zero != null && !Arrays.equals(zero, scale))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "scale is %s and the zero point %s, expected both scalars, or of axis %d%s",
              Arrays.toString(scale),
              zero == null ? "left out" : Arrays.toString(zero),
              axis,
              block == 0 ? "" : " in blocks of " + block));
    }
  }
}
