package io.github.octconv4j.graph;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Channels of (n, c, h, w) laid out as blocks of the image.
 *
 * @param block rows and columns of a block
 * @param channelsFirst whether channels of a block lie together; else those of a place in the
 *     blocks
 * @since 0.1.0
 */
public record DepthToSpace(long block, boolean channelsFirst) implements Op {
  /** Checks the parameters. */
  public DepthToSpace {
    Conv.positive("blocksize", block);
  }

  @Override
  public String name() {
    return "DepthToSpace";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("blocksize", block, "mode", channelsFirst ? "CRD" : "DCR");
  }

  @Override
  public Arity arity() {
    return Arity.UNARY;
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long area = Shapes.times(block, block);
    if (x.length != 4 || x[1] % area != 0) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "expected (n, c, h, w) with c divisible by %d", area));
    }
    return List.of(
        new long[] {x[0], x[1] / area, Shapes.times(x[2], block), Shapes.times(x[3], block)});
  }
}
