package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.SizeRule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The 2x2 averages of the images of a program that is being built, each made once: two layers that
 * read one tensor share it.
 */
final class Pools {
  private final OctaveProgramBuilder builder;
  private final Map<Key, Operand> pools = new HashMap<>();

  /** What is averaged, and to how many rows and columns: rules differ where sizes are odd. */
  private record Key(Operand x, int height, int width) {}

  Pools(OctaveProgramBuilder builder) {
    this.builder = builder;
  }

  /**
   * Returns the pool of images (n, c, h, w).
   *
   * @param pool of the size that is wanted
   * @param steps adds the steps that make it, where it does not stand yet
   */
  Operand of(Operand x, Value pool, Consumer<Operand> steps) {
    Key key = new Key(x, pool.height(), pool.width());
    Operand made = pools.get(key);
    if (made != null) {
      return made;
    }
    long[] d = x.desc().dims();
    Operand y =
        builder.temporary(
            x.name() + ".pool", pool.layout(), d[0], d[1], pool.height(), pool.width());
    steps.accept(y);
    pools.put(key, y);
    return y;
  }

  /** Adds the pools that a convolution looks for, those of each part on a thread of its own. */
  void addParts(OctaveConv2d spec, List<OctaveOperand> x) {
    if (x.size() == 1) {
      add(spec, x.getFirst());
    } else {
      builder.program().sideBySide(x.size(), part -> add(spec, x.get(part)));
    }
  }

  private void add(OctaveConv2d spec, OctaveOperand x) {
    Operand high = x.high();
    if (high != null && Geometry.pools(spec)) {
      high = average(high, x.layout(), spec.sizeRule());
    }
    if (high != null && spec.has(OctavePath.HL)) {
      average(high, x.layout(), spec.sizeRule());
    }
    // Without upsampling only the low output takes a pooled low part.
    boolean ofLow = Geometry.pools(spec) && (spec.has(OctavePath.LL) || !Geometry.keepsLow(spec));
    if (x.low() != null && ofLow) {
      average(x.low(), x.layout(), spec.sizeRule());
    }
  }

  private Operand average(Operand x, Layout layout, SizeRule rule) {
    Value given = Value.given(x, layout);
    Stage.Pool pool = Stage.Pool.average(given, rule, x.name());
    return of(
        x,
        pool.y(),
        y ->
            new Partition(builder, Expression.of(pool.between(given, Value.given(y, layout))))
                .whole());
  }

  /**
   * Says that {@code x}, where there is one, gets other values: pools of it are of the old ones.
   */
  void forget(@Nullable Operand x) {
    if (x != null) {
      pools.keySet().removeIf(key -> key.x.sharesBuffer(x));
    }
  }
}
