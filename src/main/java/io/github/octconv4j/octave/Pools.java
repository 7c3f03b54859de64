package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Operand;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The 2x2 averages of the images of a program that is being built, each made once: two layers that
 * read one tensor share it.
 */
final class Pools {
  private final OctaveProgramBuilder builder;
  private final Map<Operand, Operand> pools = new HashMap<>();

  Pools(OctaveProgramBuilder builder) {
    this.builder = builder;
  }

  /** Returns the pool of images (n, c, h, w), adding the step that makes it where it must. */
  Operand of(Operand x, Layout layout, SizeRule rule) {
    return of(x, layout, rule, (from, to) -> builder.pool(from.name() + ".pool", from, to));
  }

  /**
   * Returns the pool of images (n, c, h, w).
   *
   * @param steps adds the steps that make it of {@code x}, where it does not stand yet
   */
  Operand of(Operand x, Layout layout, SizeRule rule, BiConsumer<Operand, Operand> steps) {
    Operand made = pools.get(x);
    if (made != null) {
      return made;
    }
    long[] d = x.desc().dims();
    Operand y =
        builder.temporary(
            x.name() + ".pool",
            layout,
            d[0],
            d[1],
            rule.half(Math.toIntExact(d[2])),
            rule.half(Math.toIntExact(d[3])));
    steps.accept(x, y);
    pools.put(x, y);
    return y;
  }

  /** Says that {@code x}, where there is one, gets other values: its pool is of the old ones. */
  void forget(@Nullable Operand x) {
    pools.remove(x);
  }
}
