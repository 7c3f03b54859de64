package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A value of each channel: input (n, c, sizes...), output (n, c, 1...).
 *
 * @param kind what is taken
 * @param p the norm of {@link PoolKind#LP}; 0 for others
 * @since 0.1.0
 */
public record GlobalPool(PoolKind kind, long p) implements Op {
  /** Checks the parameters. */
  public GlobalPool {
    Objects.requireNonNull(kind, "kind");
    if (kind == PoolKind.LP ? p < 1 : p != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "p is %d, expected at least 1 for GlobalLpPool and 0 for others", p));
    }
  }

  @Override
  public String name() {
    return kind.global;
  }

  @Override
  public Map<String, Object> attributes() {
    return kind == PoolKind.LP ? Attributes.of("p", p) : Map.of();
  }

  @Override
  public Arity arity() {
    return Arity.UNARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    return List.of(in.floating(0));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] dims = in.dims(0);
    if (dims.length < 2) {
      throw new IllegalArgumentException("the input has no channels");
    }
    Arrays.fill(dims, 2, dims.length, 1);
    return List.of(dims);
  }
}
