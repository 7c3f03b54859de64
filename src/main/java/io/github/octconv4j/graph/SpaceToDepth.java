package io.github.octconv4j.graph;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Blocks of the image of (n, c, h, w) laid out as channels.
 *
 * @param block rows and columns of a block
 * @since 0.1.0
 */
public record SpaceToDepth(long block) implements Op {
  /** Checks the parameters. */
  public SpaceToDepth {
    Conv.positive("blocksize", block);
  }

  @Override
  public String name() {
    return "SpaceToDepth";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("blocksize", block);
  }

  @Override
  public Arity arity() {
    return Arity.UNARY;
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    if (x.length != 4 || x[2] % block != 0 || x[3] % block != 0) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "expected (n, c, h, w) with h and w divisible by %d", block));
    }
    long channels = Shapes.times(x[1], Shapes.times(block, block));
    return List.of(new long[] {x[0], channels, x[2] / block, x[3] / block});
  }
}
