package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Operand;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
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

  /** Returns the pool of images (n, c, h, w), adding the step that makes it where it must. */
  Operand of(Operand x, Layout layout, SizeRule rule) {
    return of(x, layout, rule, this::addStep);
  }

  /**
   * Returns the pool of images (n, c, h, w).
   *
   * @param steps adds the steps that make it of {@code x}, where it does not stand yet
   */
  Operand of(Operand x, Layout layout, SizeRule rule, BiConsumer<Operand, Operand> steps) {
    long[] d = x.desc().dims();
    Key key = new Key(x, rule.half(Math.toIntExact(d[2])), rule.half(Math.toIntExact(d[3])));
    Operand made = pools.get(key);
    if (made != null) {
      return made;
    }
    Operand y =
        builder.temporary(x.name() + ".pool", layout, d[0], d[1], key.height(), key.width());
    steps.accept(x, y);
    pools.put(key, y);
    return y;
  }

  /**
   * Adds the pools that a convolution looks for.
   *
   * @param steps adds the steps that make one
   */
  void add(OctaveConv2d spec, OctaveOperand x, BiConsumer<Operand, Operand> steps) {
    Operand high = x.high();
    if (high != null && spec.pools()) {
      high = of(high, x.layout(), spec.sizeRule(), steps);
    }
    if (high != null && spec.has(OctavePath.HL)) {
      of(high, x.layout(), spec.sizeRule(), steps);
    }
    // Without upsampling only the low output takes a pooled low part.
    boolean ofLow = spec.pools() && (spec.has(OctavePath.LL) || !spec.keepsLow());
    if (x.low() != null && ofLow) {
      of(x.low(), x.layout(), spec.sizeRule(), steps);
    }
  }

  /** Adds the pools that a convolution looks for, those of each part on a thread of its own. */
  void addParts(OctaveConv2d spec, List<OctaveOperand> x) {
    if (x.size() == 1) {
      add(spec, x.getFirst(), this::addStep);
    } else {
      builder.program().sideBySide(x.size(), part -> add(spec, x.get(part), this::addStep));
    }
  }

  private void addStep(Operand x, Operand y) {
    builder.pool(x.name() + ".pool", x, y);
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
